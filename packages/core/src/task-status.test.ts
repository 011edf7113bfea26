import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseTaskStatus, readAllTasks, readTaskStatus } from './task-status.js';

const sample = `Name:\tnode: x
Pid:\t42
Uid:\t1\t2\t3\t4
Gid:\t5\t6\t7\t8
Groups:\t9 10 
CapInh:\t0000000000000000
CapPrm:\t000001ffffffffff
CapEff:\t0000000000000400
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000001
NoNewPrivs:\t1
Seccomp:\t2
Seccomp_filters:\t3
`;

describe('parseTaskStatus', () => {
  it('reads ids, groups, capability masks, no_new_privs and seccomp', () => {
    expect(parseTaskStatus(sample)).toEqual({
      tid: 42,
      uid: [1, 2, 3, 4],
      gid: [5, 6, 7, 8],
      groups: [9, 10],
      capInh: 0n,
      capPrm: 0x1ffffffffffn,
      capEff: 0x400n,
      capBnd: 0x1ffffffffffn,
      capAmb: 1n,
      noNewPrivs: true,
      seccomp: 2,
      seccompFilters: 3,
    });
  });

  it('reads the session, as the first of the namespaces numbers it', () => {
    expect(parseTaskStatus(`${sample}NSsid:\t41\t1\n`).session).toBe(41);
    // Of two tasks that are alike else.
    expect(parseTaskStatus(`${sample}NSsid:\t42\n`).session).toBe(42);
    expect('session' in parseTaskStatus(sample)).toBe(false);
  });

  it('takes an empty group list, and a kernel that does not count filters', () => {
    const older = sample.replace('Groups:\t9 10 ', 'Groups:\t').replace(/Seccomp_filters.*\n/, '');
    expect(parseTaskStatus(older)).toMatchObject({ groups: [], seccompFilters: 0 });
  });

  it.each([
    ['Uid:\t1\t2', 'Uid:\t1\t7', { uid: [1, 7, 3, 4] }],
    ['Gid:\t5', 'Gid:\t6', { gid: [6, 6, 7, 8] }],
    ['Groups:\t9 10', 'Groups:\t9', { groups: [9] }],
    ['CapAmb:\t0000000000000001', 'CapAmb:\t0000000000000000', { capAmb: 0n }],
    ['NoNewPrivs:\t1', 'NoNewPrivs:\t0', { noNewPrivs: false }],
    ['Seccomp:\t2', 'Seccomp:\t0', { seccomp: 0 }],
    ['Seccomp_filters:\t3', 'Seccomp_filters:\t4', { seccompFilters: 4 }],
    ['Pid:\t42', 'Pid:\t43', { tid: 43 }],
  ])('sees %j become %j after another task', (before, after, expected) => {
    const whole = sample.replace('CapInh', 'NStgid:\t42\nVmPeak:\t1 kB\nCapInh') + 'Cpus_allowed:\t3\n';
    expect(parseTaskStatus(whole)).not.toMatchObject(expected);
    expect(parseTaskStatus(whole.replace(before, after))).toMatchObject(expected);
  });

  it.each(['Pid', 'Uid', 'Gid', 'Groups', 'CapEff', 'NoNewPrivs', 'Seccomp'])('refuses a text without %s', (name) => {
    expect(() => parseTaskStatus(sample.replace(`\n${name}:`, '\nOther:'))).toThrow(name);
  });

  it('refuses a line of ids that is not four', () => {
    expect(() => parseTaskStatus(sample.replace('1\t2\t3\t4', '1\t2\t3'))).toThrow('four ids');
  });
});

describe.runIf(process.platform === 'linux')('reading /proc', () => {
  it('sees this process and each of its threads', () => {
    expect(readTaskStatus('self').tid).toBe(process.pid);
    const tasks = readAllTasks(process.pid);
    expect(tasks.length).toBeGreaterThan(1);
    expect(tasks.map(({ tid }) => tid)).toContain(process.pid);
    expect(readFileSync(`/proc/${process.pid}/task/${tasks.at(-1)?.tid}/comm`, 'utf8')).not.toBe('');
  });

  it('throws for a process that is not there', () => {
    expect(() => readTaskStatus(2 ** 22 + 1)).toThrow('ENOENT');
  });
});
