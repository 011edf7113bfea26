/* What runc 1.3 and crun 1.21 do with a profile beyond what it says. crun's filters were compared with the kernel's. */
import { describe, expect, it } from 'vitest';

import { evaluate } from '../index.js';
import { syscallNumber } from '../tables/syscalls.js';
import { compare, fromOci, toOci } from './index.js';

const x86 = { architectures: ['SCMP_ARCH_X86_64'] };
const ptrace = (more: object = {}) => ({ names: ['ptrace'], action: 'SCMP_ACT_ERRNO', ...more });
const profile = (more: object, ...syscalls: readonly object[]) =>
  JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', ...x86, ...more, syscalls });
const notes = (document: string, runtime: 'runc' | 'crun') =>
  fromOci(document, { runtime }).unsaid.map(({ path, what }) => `${path}: ${what}`);

describe('a profile that lists i386 alone', () => {
  const alone = profile({ architectures: ['SCMP_ARCH_X86'] }, ptrace());

  it('is also for x86-64: libseccomp begins with the table of the machine', () => {
    const both = profile({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }, ptrace());
    expect(compare(fromOci(alone).policy, fromOci(both).policy).relation).toBe('equal');
    const read = { number: syscallNumber('read', 'x86_64') ?? -1, args: [] };
    expect(evaluate(fromOci(alone).policy, 'x86_64', read).action).toEqual({ action: 'allow' });
  });

  it('is named when it is written', () => {
    const paths = (architectures: readonly ('i386' | 'x86_64')[]) =>
      toOci({ base: 'allow-all', deny: ['ptrace'], architectures }).unsaid.map(({ path }) => path);
    expect(paths(['i386'])).toContain('architectures');
    expect(paths(['x86_64', 'i386'])).not.toContain('architectures');
  });
});

describe('more than six conditions in a rule', () => {
  const on = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });
  const six = [0, 1, 2, 3, 4, 5].map((index) => on(index, 7));
  const answer = (runtime: 'runc' | 'crun', args: readonly object[], given: readonly bigint[]) =>
    evaluate(fromOci(profile({}, ptrace({ args })), { runtime }).policy, 'x86_64', {
      number: syscallNumber('ptrace', 'x86_64') ?? -1,
      args: given,
    }).action.action;

  it('are cut to six by crun, and make runc join all by "or"', () => {
    const args = [...six, on(0, 9)];
    expect(answer('crun', args, [7n, 0n, 0n, 0n, 0n, 0n])).toBe('allow');
    expect(answer('crun', args, [9n, 0n, 0n, 0n, 0n, 0n])).toBe('allow');
    expect(answer('crun', args, [7n, 7n, 7n, 7n, 7n, 7n])).toBe('errno');
    expect(answer('runc', args, [9n, 0n, 0n, 0n, 0n, 0n])).toBe('errno');
    expect(answer('runc', six, [7n, 0n, 0n, 0n, 0n, 0n])).toBe('allow');
  });
});

describe('what a runtime refuses', () => {
  it.each<[string, 'runc' | 'crun', string, string | undefined]>([
    ['architectures[1]', 'runc', profile({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_S390X'] }), undefined],
    ['architectures[1]', 'crun', profile({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_S390X'] }), undefined],
    ['defaultAction', 'runc', profile({ defaultAction: 'SCMP_ACT_NOTIFY' }), 'crun'],
    ['syscalls[0]', 'runc', profile({}, { names: ['read', 'write'], action: 'SCMP_ACT_NOTIFY' }), 'crun'],
    ['syscalls[0]', 'crun', profile({}, ptrace({ action: 'SCMP_ACT_KILL', errnoRet: 5 })), 'runc'],
    ['defaultAction', 'crun', profile({ defaultErrnoRet: 5 }), 'runc'],
  ])('is named: %s by %s', (path, runtime, document, twin) => {
    const refused = (by: 'runc' | 'crun') => notes(document, by).filter((note) => note.includes(' refuses '));
    expect(refused(runtime)).toEqual([expect.stringMatching(/: no container starts$/)]);
    expect(refused(runtime)[0]?.startsWith(`${path}: `)).toBe(true);
    if (twin === 'runc' || twin === 'crun') expect(refused(twin)).toEqual([]);
  });

  it('is an error for an unknown flag', () => {
    const path = 'flags[0]';
    expect(() => fromOci(profile({ flags: ['NONSENSE'] }))).toThrow(expect.objectContaining({ path }));
    expect(notes(profile({ flags: ['SECCOMP_FILTER_FLAG_TSYNC'] }), 'runc')[0]).toContain('about loading');
  });
});

describe('the text of a profile', () => {
  it('is read from a whole config.json', () => {
    const inside = profile({}, ptrace());
    const bundle = (linux: string) => `{"ociVersion":"1.2.0","process":{"args":["sh"]},"linux":${linux}}`;
    expect(fromOci(bundle(`{"namespaces":[],"seccomp":${inside}}`))).toEqual(fromOci(inside));
    expect(() => fromOci(bundle('{}'))).toThrow('linux.seccomp is not there');
    expect(() => fromOci(bundle('{"seccomp":null}'))).toThrow('linux.seccomp is not there');
  });

  it('has long numbers in errors as they were written', () => {
    const long = '18446744073709551617';
    const text = (key: string) => profile({}, ptrace({ action: 'SCMP_ACT_ERRNO', [key]: 5 })).replace(':5', `:${long}`);
    expect(() => fromOci(text('errnoRet'))).toThrow(`is not an error number from 1 to 4095: ${long}. Correct`);
  });
});
