import { describe, expect, it } from 'vitest';

import { argumentCount, type ArgumentKind, argumentKind } from './argument-kinds.js';
import prototypes from '../data/prototypes.json' with { type: 'json' };
import { arg } from '../policy/conditions.js';
import { lint } from '../analysis/lint.js';
import { syscallTable } from './syscalls.js';

/** Calls of 64-bit architectures that no prototype is known of, and why. */
const unknown: ReadonlyMap<string, string> = new Map([
  ...words(
    '_sysctl afs_syscall create_module epoll_ctl_old epoll_wait_old get_kernel_syms getpmsg lookup_dcookie nfsservctl ' +
      'putpmsg query_module security tuxcall vserver get_thread_area set_thread_area',
    'not implemented any more, or never, on a 64-bit architecture',
  ),
  ...words('uprobe rt_sigreturn', 'made by the kernel’s own trampolines; takes no arguments'),
  ...words('fchroot listns rseq_slice_yield', 'newer than the source of the prototypes'),
  ...words('riscv_flush_icache riscv_hwprobe', 'of riscv64 alone'),
]);

function words(text: string, why: string): [string, string][] {
  return text.split(' ').map((name) => [name, why]);
}

describe('the kinds of arguments', () => {
  it('have a source', () => {
    expect(prototypes.source).toMatch(/^linux-headers-/);
    expect(Object.keys(prototypes.calls).length).toBeGreaterThan(350);
  });

  it('are known for every call of the 64-bit architectures, except the listed ones', () => {
    const names = new Set(
      (['x86_64', 'aarch64', 'riscv64'] as const).flatMap((one) => Array.from(syscallTable(one).values())),
    );
    const lacking = [...names].filter((name) => argumentCount(name) === undefined);
    expect(lacking.sort()).toEqual([...unknown.keys()].sort());
  });

  // From the manual pages, not from the generated table.
  it.each<[string, readonly (ArgumentKind | undefined)[]]>([
    ['ioctl', ['int', 'int', 'long', undefined]],
    ['openat', ['int', 'pointer', 'int', 'int']],
    ['socket', ['int', 'int', 'int']],
    ['lseek', ['int', 'long', 'int']],
    ['write', ['int', 'pointer', 'long']],
    ['kill', ['int', 'int']],
    ['prctl', ['int', 'long', 'long', 'long', 'long']],
    ['personality', ['int']],
    ['clone', ['int', 'long', undefined]],
    ['mmap', ['long', 'long', 'int', 'int', 'int', 'long']],
    ['dup', ['int', undefined]],
    ['fchownat', ['int', 'pointer', 'int', 'int', 'int']],
    ['timerfd_create', ['int', 'int']],
    ['memfd_create', ['pointer', 'int']],
    ['mknodat', ['int', 'pointer', 'int', 'int']],
    ['pidfd_getfd', ['int', 'int', 'int']],
    ['prlimit64', ['int', 'int', 'pointer', 'pointer']],
    ['stat', ['pointer', 'pointer']],
    ['umount2', ['pointer', 'int']],
    ['getpid', [undefined]],
    ['constructor', [undefined]],
  ])('%s takes the arguments of its manual page', (name, kinds) => {
    expect(kinds.map((_, index) => argumentKind(name, index))).toEqual(kinds);
  });

  it('let lint find a 64-bit comparison of every int argument', () => {
    const ints = Object.entries(prototypes.calls).flatMap(([syscall, letters]) =>
      Array.from(letters).flatMap((letter, index) => (letter === 'i' ? [{ syscall, index }] : [])),
    );
    const rules = ints.map(({ syscall, index }) => ({
      syscall,
      when: [arg(index).eq64(7)],
      action: 'kill-process' as const,
    }));
    const found = lint({ base: 'allow-all', rules }).filter(({ code }) => code === 'wide-compare-of-int');
    expect(ints.length).toBeGreaterThan(400);
    expect(found.map(({ path }) => path)).toEqual(ints.map((_, index) => `rules[${index}].when[0]`));
  });
});
