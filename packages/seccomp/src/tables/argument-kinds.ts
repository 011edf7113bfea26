import { once } from './once.js';
import prototypes from '../data/prototypes.json' with { type: 'json' };

/** The kind of an argument's value, which decides how it can be compared. */
export type ArgumentKind = 'int' | 'long' | 'pointer';

/**
 * From the kernel's prototypes, by `scripts/generate-prototypes.mjs`: a letter for each argument of a call. Calls that
 * exist only on i386 are left out: its registers have no upper half.
 */
const kinds = once((): ReadonlyMap<string, string> => new Map(Object.entries(prototypes.calls)));
const meaning: ReadonlyMap<string, ArgumentKind> = new Map([
  ['i', 'int'],
  ['l', 'long'],
  ['p', 'pointer'],
]);

/**
 * Returns the kind of an argument, or undefined if the table does not have the call, or architectures differ.
 *
 * @param syscall - its name
 * @param index - 0 to 5
 */
export function argumentKind(syscall: string, index: number): ArgumentKind | undefined {
  return meaning.get(kinds().get(syscall)?.[index] ?? '');
}

/** Returns the number of a call's arguments; undefined if the table does not have it. */
export function argumentCount(syscall: string): number | undefined {
  return kinds().get(syscall)?.length;
}

/**
 * Calls that programs make frequently. Testing their arguments slows down each of them: the kernel caches an answer
 * only if it depends on no argument (Linux 5.11).
 */
export const hotCalls: ReadonlySet<string> = new Set([
  'clock_gettime',
  'close',
  'epoll_pwait',
  'epoll_wait',
  'fcntl',
  'fstat',
  'futex',
  'getpid',
  'gettid',
  'lseek',
  'madvise',
  'mmap',
  'mprotect',
  'munmap',
  'newfstatat',
  'openat',
  'poll',
  'ppoll',
  'pread64',
  'pwrite64',
  'read',
  'readv',
  'recvfrom',
  'recvmsg',
  'rt_sigprocmask',
  'rt_sigreturn',
  'sched_yield',
  'statx',
  'write',
  'writev',
]);
