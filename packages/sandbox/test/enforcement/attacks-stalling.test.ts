/* Slowing others down: a lease stalls whoever opens a file, a priority of a user is that of all its processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { getPriority } from 'node:os';

import { type Attempt, missing, probe, probeArguments, probePath } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { attackers, describeAttacks, inside, works } from '../attack/suite.js';
import { startIn } from '../start.js';

const [F_SETLEASE, F_GETLEASE, F_NOTIFY, F_SETDELEG] = [1024, 1025, 1026, 1040] as const;
const [F_RDLCK, DN_ACCESS] = [0, 1] as const;
const [PRIO_PROCESS, PRIO_PGRP, PRIO_USER] = [0, 1, 2] as const;
const [IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP, IOPRIO_WHO_USER] = [1, 2, 3] as const;
const [setpriority, ioprioSet] = [141, 251] as const;

describe.skipIf(missing('linux', 'root', 'landlock7', 'x64'))('descriptors for reading', () => {
  describeAttacks('that hold others up', {
    attacks: ({ file, folder }) => [
      works(['request', file, F_SETLEASE, F_RDLCK], 'EPERM'),
      works(['request', folder, F_NOTIFY, DN_ACCESS], 'EPERM'),
      // Kernels before 6.19 don't know it.
      { attempt: ['syscall', 72, -1, F_SETDELEG, 0], control: 'EBADF', denied: 'EPERM' },
    ],
    twins: ({ file }) => [
      ['open-read', file],
      ['request', file, 1, 0],
    ],
  });

  it('may still be asked for their lease', async () => {
    // F_GETLEASE gives F_UNLCK, 2, where there is none.
    expect(await inside('switched', [['request', '/etc/passwd', F_GETLEASE, 0]])).toEqual(['OK']);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'x64'))('priorities of others', () => {
  /** Nobody else's: a user of this test's own. */
  const ids = { uid: 61_700 + (process.pid % 300), gid: 65_534 };
  let victim: ChildProcess;
  beforeAll(() => {
    victim = spawn('/bin/sleep', ['100'], { ...ids, stdio: 'ignore', detached: true });
  });
  afterAll(() => {
    victim.kill('SIGKILL');
  });

  const attempts = (): readonly Attempt[] => [
    ['syscall', setpriority, PRIO_USER, ids.uid, 19],
    ['syscall', setpriority, PRIO_USER, 0, 19],
    ['syscall', setpriority, PRIO_PGRP, victim.pid ?? -1, 19],
    ['syscall', ioprioSet, IOPRIO_WHO_USER, ids.uid, 3 << 13],
    ['syscall', ioprioSet, IOPRIO_WHO_PGRP, victim.pid ?? -1, 3 << 13],
  ];
  const own: readonly Attempt[] = [
    ['syscall', setpriority, PRIO_PROCESS, 0, 5],
    ['syscall', ioprioSet, IOPRIO_WHO_PROCESS, 0, 3 << 13],
  ];
  const priority = () => getPriority(victim.pid ?? 0);

  it('cannot-put-all-processes-of-a-user-at-nice-19', async () => {
    expect(priority()).toBe(0);
    const args = ['--apart', ...probeArguments([...attempts(), ...own])];
    const { stdout } = await startIn({ policy: {}, program: probePath(), args }, ids);
    const answers = stdout
      ?.trim()
      .split('\n')
      .map((line) => line.split(' ')[2]);
    expect(answers).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'OK', 'OK']);
    expect(priority()).toBe(0);
  });

  it('can be put there outside', async () => {
    const answers = await probe(attempts(), ids);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['OK', 'OK', 'OK', 'OK', 'OK']);
    expect(priority()).toBe(19);
  });

  it.each(attackers)('%s keeps its own', async (who) => {
    expect(await inside(who, own)).toEqual(['OK', 'OK']);
  });
});
