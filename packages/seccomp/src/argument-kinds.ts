/** What kind of value an argument is, which decides how it can be compared. */
export type ArgumentKind = 'int' | 'long' | 'pointer';

/**
 * Kinds of the arguments of calls that filters are commonly written for, from their `SYSCALL_DEFINE` in the kernel:
 * `i` a 32-bit value, of which the kernel ignores the upper half; `l` a whole register; `p` an address. `clone` has
 * its flags in a register and only their lower half is used (`kernel_clone_args`), like `mmap` its protection and flags.
 */
const kinds: Readonly<Record<string, string>> = {
  accept4: 'ippi',
  access: 'pi',
  bind: 'ipi',
  bpf: 'ipi',
  chmod: 'pi',
  clone: 'ippp',
  close: 'i',
  connect: 'ipi',
  dup3: 'iii',
  execve: 'ppp',
  execveat: 'ipppi',
  faccessat: 'ipi',
  fchmod: 'ii',
  fchmodat: 'ipi',
  fcntl: 'iil',
  ftruncate: 'il',
  getsockopt: 'iiipp',
  ioctl: 'iil',
  keyctl: 'illll',
  kill: 'ii',
  lseek: 'ili',
  madvise: 'pli',
  mknod: 'pii',
  mmap: 'pliiil',
  mount: 'ppplp',
  mprotect: 'pll',
  mremap: 'plllp',
  open: 'pii',
  openat: 'ipii',
  openat2: 'ippl',
  personality: 'i',
  pidfd_open: 'ii',
  prctl: 'illll',
  prlimit64: 'iipp',
  ptrace: 'lllp',
  read: 'ipl',
  recvfrom: 'iplipp',
  recvmsg: 'ipi',
  seccomp: 'iip',
  sendmmsg: 'ipii',
  sendmsg: 'ipi',
  sendto: 'iplipi',
  setns: 'ii',
  setsockopt: 'iiipi',
  socket: 'iii',
  socketpair: 'iiip',
  tgkill: 'iii',
  unlinkat: 'ipi',
  unshare: 'l',
  write: 'ipl',
};

const meaning: Readonly<Record<string, ArgumentKind>> = { i: 'int', l: 'long', p: 'pointer' };

/**
 * The kind of an argument, or undefined where this table doesn't know the call.
 *
 * @param syscall - its name
 * @param index - 0 to 5
 */
export function argumentKind(syscall: string, index: number): ArgumentKind | undefined {
  const known = Object.hasOwn(kinds, syscall) ? kinds[syscall] : undefined;
  return meaning[known?.[index] ?? ''];
}

/**
 * Calls that programs make all the time. A look at their arguments costs every one of them: the kernel remembers an
 * answer only where it depends on no argument (Linux 5.11).
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
