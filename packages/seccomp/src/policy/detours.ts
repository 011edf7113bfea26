import { type Action, errno, lets } from './actions.js';
import { arg, type Condition } from './conditions.js';

/** What closing detours needs to know about one call. */
export interface Decided {
  readonly rules: readonly { readonly when: readonly Condition[]; readonly action: Action }[];
  readonly otherwise: Action;
  readonly origin: string;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What an io_uring does unfiltered: the calls of `IORING_OP_*` in `linux/io_uring.h`, and their older forms. */
const doneByRings = words(`
  accept accept4 bind close connect creat epoll_ctl epoll_wait fadvise64 fallocate fdatasync fgetxattr fsetxattr fsync
  ftruncate futex_wait futex_wake getsockopt getxattr link linkat listen madvise mkdir mkdirat open openat openat2
  pipe pipe2 poll ppoll pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readv recv recvfrom recvmsg rename renameat
  renameat2 rmdir send sendmsg sendto setsockopt setxattr shutdown socket splice statx symlink symlinkat sync_file_range
  tee unlink unlinkat waitid write writev`);

/** The calls of an io_uring. */
export const ringCalls = ['io_uring_setup', 'io_uring_enter', 'io_uring_register'] as const;

/**
 * Calls that do the work of other calls, with arguments that filters do not see (behind a pointer, or in a ring), and
 * these other calls. The last two exist on i386 only.
 */
export const detours: Readonly<Record<string, readonly string[]>> = {
  clone3: ['clone'],
  ...Object.fromEntries(ringCalls.map((name) => [name, doneByRings])),
  socketcall: words(`
    socket bind connect listen accept4 getsockname getpeername socketpair sendto recvfrom shutdown setsockopt getsockopt
    sendmsg recvmsg recvmmsg sendmmsg`),
  ipc: words('semget semctl semtimedop_time64 msgget msgsnd msgrcv msgctl shmget shmat shmdt shmctl'),
};

/** `CLONE_NEW*` of `linux/sched.h`, except NEWTIME, whose bit is part of the exit signal in clone(2). */
export const CLONE_NEW = 0x7e02_0000;

/** What clone must not do if unshare is denied: create the namespaces that unshare would. */
export const newNamespaces: readonly Condition[] = [arg(0).maskedNe32(CLONE_NEW, 0)];

/** Whether a call is denied with all arguments. */
export function isShut(verdict: Pick<Decided, 'rules' | 'otherwise'>): boolean {
  return !reachedActions(verdict).some(lets);
}

/** The actions that a call may get: those of its rules up to the first that always matches, or else what follows. */
export function reachedActions({ rules, otherwise }: Pick<Decided, 'rules' | 'otherwise'>): readonly Action[] {
  const end = rules.findIndex(({ when }) => when.length === 0);
  return end < 0 ? [...rules.map(actionOf), otherwise] : rules.slice(0, end + 1).map(actionOf);
}

/**
 * Closes the ways around restrictions. A detour's own rules stay, and only what follows them is closed: an additional
 * rule must not open it further. A policy that allows the detour by name keeps it open; lint reports the consequence.
 */
export function closeDetours<Entry extends Decided>(byName: Map<string, Entry>, allowed: readonly string[]): void {
  const isPlain = (name: string) => {
    const verdict = byName.get(name);
    return verdict === undefined || (verdict.rules.length === 0 && lets(verdict.otherwise));
  };
  for (const [detour, calls] of Object.entries(detours)) {
    const verdict = byName.get(detour);
    const isNamed = allowed.includes(detour) || (calls === doneByRings && allowed.includes('@io-uring'));
    if (verdict === undefined || !lets(verdict.otherwise) || isNamed || calls.every(isPlain)) continue;
    const origin = `arguments of ${detour} can't be filtered`;
    byName.set(detour, { ...verdict, otherwise: errno('ENOSYS'), origin });
  }
}

const actionOf = ({ action }: { readonly action: Action }): Action => action;
