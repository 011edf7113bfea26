/*
 * Calls that have come since Linux 5.1, from where on every architecture numbers them alike: what each preset makes of
 * them, decided one by one. A call that a newer table brings has to be decided here too.
 */
import { describe, expect, it } from 'vitest';

import { describeAction } from './policy/actions.js';
import { compile } from './compiler/compile.js';
import { policy } from './policy/policy.js';
import { simulate } from './analysis/simulate.js';
import { syscallTable } from './tables/syscalls.js';

type Answer = 'allow' | 'EPERM' | 'ENOSYS';

const first = 424;
const architectures = ['x86_64', 'aarch64', 'riscv64'] as const;

/** Call, answer of deny-dangerous, answer of network-client, why. */
const decided: readonly (readonly [name: string, dangerous: Answer, client: Answer, why: string])[] = [
  ['pidfd_send_signal', 'allow', 'EPERM', 'a signal: ordinary programs send them, a download does not'],
  ['io_uring_setup', 'EPERM', 'EPERM', 'does the work of other calls unseen'],
  ['io_uring_enter', 'EPERM', 'EPERM', 'does the work of other calls unseen'],
  ['io_uring_register', 'EPERM', 'EPERM', 'does the work of other calls unseen'],
  ['open_tree', 'EPERM', 'EPERM', 'mounting'],
  ['move_mount', 'EPERM', 'EPERM', 'mounting'],
  ['fsopen', 'EPERM', 'EPERM', 'mounting'],
  ['fsconfig', 'EPERM', 'EPERM', 'mounting'],
  ['fsmount', 'EPERM', 'EPERM', 'mounting'],
  ['fspick', 'EPERM', 'EPERM', 'mounting'],
  [
    'pidfd_open',
    'allow',
    'EPERM',
    'a handle on a process, which grants nothing by itself; a download has no other process',
  ],
  ['clone3', 'ENOSYS', 'ENOSYS', 'its flags lie behind a pointer'],
  ['close_range', 'allow', 'allow', 'closes the caller’s own descriptors'],
  ['openat2', 'allow', 'allow', 'opens a file, as openat does'],
  ['pidfd_getfd', 'EPERM', 'EPERM', 'takes a descriptor out of another process'],
  ['faccessat2', 'allow', 'allow', 'asks for permissions, as faccessat does'],
  ['process_madvise', 'EPERM', 'EPERM', 'reaches into another process'],
  ['epoll_pwait2', 'allow', 'allow', 'waits, as epoll_pwait does'],
  ['mount_setattr', 'EPERM', 'EPERM', 'mounting'],
  ['quotactl_fd', 'EPERM', 'EPERM', 'needs a capability'],
  ['landlock_create_ruleset', 'allow', 'allow', 'can only restrict its caller'],
  ['landlock_add_rule', 'allow', 'allow', 'can only restrict its caller'],
  ['landlock_restrict_self', 'allow', 'allow', 'can only restrict its caller'],
  ['memfd_secret', 'allow', 'EPERM', 'memory of the caller’s own; a download has no use for it'],
  [
    'process_mrelease',
    'allow',
    'EPERM',
    'frees the memory of a process that is dying anyway; a download has no other process',
  ],
  ['futex_waitv', 'allow', 'allow', 'waiting for threads'],
  [
    'set_mempolicy_home_node',
    'EPERM',
    'EPERM',
    'where the caller’s own memory lies; closed by Docker too, as mbind is',
  ],
  ['cachestat', 'allow', 'EPERM', 'counts cached pages of an open file; a download has no use for it'],
  ['fchmodat2', 'allow', 'EPERM', 'sets permissions, as fchmodat does, which a download does not either'],
  ['map_shadow_stack', 'allow', 'EPERM', 'a stack that only return instructions use; C libraries do without'],
  ['futex_wake', 'allow', 'allow', 'waiting for threads'],
  ['futex_wait', 'allow', 'allow', 'waiting for threads'],
  ['futex_requeue', 'allow', 'allow', 'waiting for threads'],
  ['statmount', 'allow', 'EPERM', 'reads what /proc/self/mountinfo says; a download has no use for it'],
  ['listmount', 'allow', 'EPERM', 'reads what /proc/self/mountinfo says; a download has no use for it'],
  ['lsm_get_self_attr', 'allow', 'EPERM', 'reads what /proc/self/attr says; a download has no use for it'],
  ['lsm_set_self_attr', 'EPERM', 'EPERM', 'changes the label by which a security module decides'],
  ['lsm_list_modules', 'allow', 'EPERM', 'reads which security modules there are; a download has no use for it'],
  ['mseal', 'allow', 'allow', 'forbids changes to the caller’s own mappings'],
  ['setxattrat', 'allow', 'EPERM', 'as setxattr'],
  ['getxattrat', 'allow', 'EPERM', 'as getxattr'],
  ['listxattrat', 'allow', 'EPERM', 'as listxattr'],
  ['removexattrat', 'allow', 'EPERM', 'as removexattr'],
  ['open_tree_attr', 'EPERM', 'EPERM', 'mounting'],
  ['file_getattr', 'allow', 'EPERM', 'the flags that an ioctl reads too'],
  ['file_setattr', 'allow', 'EPERM', 'the flags that an ioctl sets too'],
  ['listns', 'EPERM', 'EPERM', 'lists the namespaces of others'],
  ['rseq_slice_yield', 'allow', 'EPERM', 'gives back time of the caller’s own; C libraries do without'],
  ['fchroot', 'EPERM', 'EPERM', 'changes the root folder'],
];

describe('calls since Linux 5.1', () => {
  it.each(architectures)('are decided one by one on %s', (architecture) => {
    const newer = [...syscallTable(architecture)].flatMap(([number, name]) => (number >= first ? [name] : []));
    expect(newer.length).toBeGreaterThan(45);
    expect(newer.filter((name) => !decided.some(([known]) => known === name))).toEqual([]);
  });

  it.each(decided)('%s: %s under deny-dangerous and %s under network-client, since %s', (syscall, ...expected) => {
    for (const arch of architectures) {
      const answers = (['deny-dangerous', 'network-client'] as const).map((base) => {
        const { action } = simulate(compile(policy({ base, architectures: [arch] })), { syscall, arch });
        return describeAction(action).replace('errno ', '');
      });
      expect(answers).toEqual(expected.slice(0, 2));
    }
  });
});
