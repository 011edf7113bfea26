import { errnoName, type FileCalls, loadPrebuild, packageRoot } from '@sb/core';

import { sandboxError } from './errors.js';

/** The exports of `native/addon.c`. */
export interface Native extends FileCalls {
  anonymousFile(bytes: Uint8Array, executable: boolean): number;
  closeFile(descriptor: number): number;
  endNow(status: number): never;
  isDelegated(descriptor: number): number;
  lockFile(descriptor: number): number;
  makeUndumpable(): number;
  pipe(bytes: number): readonly [number, number] | number;
  reap(pid: number): number;
  setLimit(resource: number, value: bigint, tries: boolean): number;
  shareFile(descriptor: number): number;
  startProgram(words: Uint8Array, descriptors: Uint8Array): readonly [number, number] | number;
  statusPipe(most: number, done: (said: string) => void): number;
  unlockFile(descriptor: number): number;
  unreadableCopy(program: number): number;
  watchChild(pid: number, pidfd: number, done: (death: Death) => void): number;
  watchDeath(pid: number, done: (death: Death) => void): number;
}

/** The numbers that the addon reports: a signal, and times and memory as in {@link Used}. */
type Death = readonly [signal: number, user: number, system: number, resident: number, own: number];

let folder: string | undefined;

/** Looked for when it is needed, so that importing this package never fails; and once. */
const root = (): string => (folder ??= packageRoot('sandbox', import.meta.url));

let loaded: Native | undefined;

let launcher: string | undefined;

/**
 * Writes bytes to an anonymous file that no process can change, not even this one.
 *
 * @param bytes - its content
 * @param use - whether it is a program: then only root can read it, and a kernel may forbid executing it
 *   (vm.memfd_noexec). Default: `data`
 * @returns a descriptor, close-on-exec, positioned at the start; the caller closes it with {@link closeAnonymous}
 * @throws SandboxError `syscall-failed`, `unsupported-platform`
 * @see memfd_create(2), F_ADD_SEALS in fcntl(2)
 */
export function anonymousFile(bytes: Uint8Array, use: 'data' | 'program' = 'data'): number {
  const descriptor = native().anonymousFile(bytes, use === 'program');
  if (descriptor >= 0) return descriptor;
  const errno = errnoName(descriptor);
  throw sandboxError(errno === 'ENOSYS' ? 'unsupported-platform' : 'syscall-failed', 'records', {
    what: `cannot write ${use === 'data' ? "the launcher's records" : 'the probe'} to an anonymous file: ${errno}`,
    hint: 'memfd_create needs Linux 3.17, and a system-call filter must not deny it. For a program, vm.memfd_noexec must be below 2.',
    errno,
  });
}

/**
 * Closes a file of {@link anonymousFile}. It uses the addon as well: Deno's `closeSync` refuses descriptors that Deno
 * has not opened.
 *
 * @throws SandboxError `syscall-failed`
 */
export function closeAnonymous(descriptor: number): void {
  const error = native().closeFile(descriptor);
  if (error === 0) return;
  const errno = errnoName(error);
  throw sandboxError('syscall-failed', 'records', {
    what: `cannot close an anonymous file: ${errno}`,
    hint: 'Other code in this process has closed it: look for a descriptor that is closed twice.',
    errno,
  });
}

/**
 * Opens a pipe and watches it from this thread's event loop, which stays alive for it.
 *
 * @param most - the most bytes that arrive as a rule; further bytes are read one by one
 * @param done - called once with all that was written, as latin1, after every holder of the other end has closed it
 * @returns the end for writing, close-on-exec; the caller closes it with {@link closeAnonymous}
 * @throws SandboxError `syscall-failed`
 * @see pipe(7)
 */
export function statusPipe(most: number, done: (said: string) => void): number {
  const descriptor = native().statusPipe(most, done);
  if (descriptor >= 0) return descriptor;
  const errno = errnoName(descriptor);
  throw sandboxError('syscall-failed', 'launch', {
    what: `cannot open a pipe for the report of the launcher: ${errno}`,
    hint: 'RLIMIT_NOFILE may be reached: close some descriptors, or raise the limit. The target was not run.',
    errno,
  });
}

/**
 * Sets a limit of this process, soft and hard alike.
 *
 * @param resource - its number in the kernel
 * @param value - in the kernel's unit
 * @param how - `set`; or `try`, which tests whether it could be set and changes nothing
 * @returns the name of an errno; undefined if it was set, or could be
 * @see setrlimit(2)
 */
export function setLimit(resource: number, value: bigint, how: 'set' | 'try'): string | undefined {
  const error = native().setLimit(resource, value, how === 'try');
  return error === 0 ? undefined : errnoName(error);
}

/**
 * Waits for a child that nothing else waits for, without blocking.
 *
 * @returns whether it has ended
 * @see waitpid(2)
 */
export function reap(pid: number): boolean {
  const status = native().reap(pid);
  return status >= 0 || errnoName(status) !== 'EAGAIN';
}

/** The resources of a child and of those that it has waited for, from the kernel. */
interface Used {
  /** Microseconds of processor time. */
  readonly user: number;
  readonly system: number;
  /** The most KiB that one of them had in memory. */
  readonly resident: number;
  /** Microseconds of processor time of the child alone, as RLIMIT_CPU counts it; -1 if unknown. */
  readonly own: number;
}

/**
 * Reports what ended a child, before `child_process` reports its end, and for every signal.
 *
 * @param pid - of a child that must not have been waited for yet
 * @param done - called once. Its argument is the number of the signal, or 0 if the child ended by itself: the child has
 *   not been waited for then, so its number is still valid. It is -1 if something other than `child_process` has waited
 *   for it
 * @returns whether it is watched: not without pidfd_open(2) (Linux 5.3), nor if a filter forbids it, nor if the runtime
 *   has no event loop of libuv
 */
export function watchDeath(pid: number, done: DeathListener): boolean {
  // A child that cannot be watched is reported only by child_process.
  if (process.platform !== 'linux' || !hasLibuv()) return false;
  const others = ownChildren.get(pid);
  if (others !== undefined) return others.push(done) > 0;
  return native().watchDeath(pid, (death) => tellDeath(death, done)) === 0;
}

type DeathListener = (signal: number, used: Used) => void;

/** Who wants to know of the end of each child that this module waits for itself. */
const ownChildren = new Map<number, DeathListener[]>();

function tellDeath([signal, user, system, resident, own]: Death, done: DeathListener): void {
  done(signal, { user, system, resident, own });
}

/** The exit status if something else has waited for it, or nothing may: how it ended is not known to be a success. */
const unknownEnd = 125;

/**
 * Starts a program with an empty environment, and waits for it.
 *
 * @param words - its absolute path, and its arguments
 * @param descriptors - what it gets as 0, 1, 2 …; -1 for none, which is /dev/null for a standard stream
 * @param ended - called once, after every {@link watchDeath} was told, when it has been waited for
 * @returns its process id; undefined if it could not be started, or not be watched
 * @throws SandboxError `syscall-failed` if it was started and had to be killed
 */
export function startProgram(
  words: readonly string[],
  descriptors: readonly number[],
  ended: (status: number, signal: number) => void,
): number | undefined {
  if (process.platform !== 'linux' || !hasLibuv()) return undefined;
  const texts = Buffer.from(words.map((word) => `${word}\0`).join(''));
  const started = native().startProgram(texts, new Uint8Array(Int32Array.from(descriptors).buffer));
  if (typeof started === 'number') return undefined;
  const [pid, pidfd] = started;
  const listeners: DeathListener[] = [];
  const error = native().watchChild(pid, pidfd, (death) => {
    for (const listener of listeners) tellDeath(death, listener);
    ownChildren.delete(pid);
    const status = native().reap(pid);
    ended(status < 0 ? unknownEnd : (status >> 8) & 0xff, status < 0 ? 0 : status & 0x7f);
  });
  if (error === 0) {
    ownChildren.set(pid, listeners);
    return pid;
  }
  process.kill(pid, 'SIGKILL');
  const errno = errnoName(error);
  throw sandboxError('syscall-failed', 'launch', {
    what: `cannot wait for the launcher: ${errno}`,
    hint: 'It was ended. Memory or descriptors may have run out.',
    errno,
  });
}

/** Whether the runtime has the event loop of Node. Others define the names of libuv, and abort when they are called. */
export function hasLibuv(): boolean {
  return process.versions['bun'] === undefined && process.versions['deno'] === undefined;
}

/** The addon, loaded once.
 *
 * @throws SandboxError `prebuild-missing`
 */
export function native(): Native {
  loaded ??= loadPrebuild<Native>({ layer: 'sandbox', name: 'sandbox', root: root() });
  return loaded;
}

/** Path of the launcher for this machine. */
export function launcherPath(): string {
  launcher ??= programPath('launcher');
  return launcher;
}

/**
 * Path of `sb-exec` for this machine: a static program that applies the result of `compile`. Copy it to the place of
 * your programs.
 */
export function sbExecPath(): string {
  return programPath('sb-exec');
}

/**
 * Path of the probe for this machine: a static program that attempts given operations and reports the kernel's answers.
 */
export function probePath(): string {
  return programPath('probe');
}

function programPath(name: string): string {
  return `${root()}prebuilds/${process.platform}-${process.arch}/${name}`;
}
