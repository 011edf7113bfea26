import { fileURLToPath } from 'node:url';

import { errnoName, loadPrebuild, packageRoot } from '@sb/core';

import { sandboxError } from './errors.js';

/** What `native/addon.c` exports. */
export interface Native {
  anonymousFile(bytes: Uint8Array, executable: boolean): number;
  closeFile(descriptor: number): number;
  endNow(status: number): never;
  lockFile(descriptor: number): number;
  makeUndumpable(): number;
  pipe(bytes: number): readonly [number, number] | number;
  reap(pid: number): number;
  setLimit(resource: number, value: bigint, tries: boolean): number;
  shareFile(descriptor: number): number;
  statusPipe(most: number, done: (said: string) => void): number;
  unlockFile(descriptor: number): number;
  unreadableCopy(program: number): number;
  watchDeath(pid: number, done: (death: readonly [number, number, number, number]) => void): number;
}

/** Asked for when it is needed, so that importing this package never fails. */
const root = (): URL => packageRoot('sandbox', import.meta.url);

let loaded: Native | undefined;

let launcher: string | undefined;

/**
 * Puts bytes into an anonymous file that nobody can change any more, not even we.
 *
 * @param bytes - its content
 * @param use - whether it is a program: only root can read it, and a kernel may forbid to execute it (vm.memfd_noexec).
 *   Default: `data`
 * @returns a descriptor, close-on-exec, that stands at the start; the caller closes it with {@link closeAnonymous}
 * @throws SandboxError `syscall-failed`, `unsupported-platform`
 * @see memfd_create(2), F_ADD_SEALS in fcntl(2)
 */
export function anonymousFile(bytes: Uint8Array, use: 'data' | 'program' = 'data'): number {
  const descriptor = native().anonymousFile(bytes, use === 'program');
  if (descriptor >= 0) return descriptor;
  const errno = errnoName(descriptor);
  throw sandboxError(errno === 'ENOSYS' ? 'unsupported-platform' : 'syscall-failed', 'records', {
    what: `${use === 'data' ? "the launcher's records" : 'the probe'} could not be put into an anonymous file: ${errno}`,
    hint: 'memfd_create needs Linux 3.17 and must not be forbidden by a system-call filter; for a program vm.memfd_noexec must be below 2.',
    errno,
  });
}

/**
 * Closes what {@link anonymousFile} made. By the addon as well: Deno's `closeSync` refuses what Deno hasn't opened.
 *
 * @throws SandboxError `syscall-failed`
 */
export function closeAnonymous(descriptor: number): void {
  const error = native().closeFile(descriptor);
  if (error === 0) return;
  const errno = errnoName(error);
  throw sandboxError('syscall-failed', 'records', {
    what: `an anonymous file could not be closed: ${errno}`,
    hint: 'Something else in this process has closed it: look for a descriptor that is closed twice.',
    errno,
  });
}

/**
 * Opens a pipe and watches it from this thread's event loop, which it keeps going.
 *
 * @param most - bytes that are written to it at most; more of them are waited for one by one
 * @param done - called once with all that was written, as latin1, when every holder of the other end has closed it
 * @returns the end that is written to, close-on-exec; the caller closes it with {@link closeAnonymous}
 * @throws SandboxError `syscall-failed`
 * @see pipe(7)
 */
export function statusPipe(most: number, done: (said: string) => void): number {
  const descriptor = native().statusPipe(most, done);
  if (descriptor >= 0) return descriptor;
  const errno = errnoName(descriptor);
  throw sandboxError('syscall-failed', 'launch', {
    what: `the pipe for the launcher's report could not be opened: ${errno}`,
    hint: 'RLIMIT_NOFILE may be reached: close some descriptors, or raise it. The target was not run.',
    errno,
  });
}

/**
 * Sets a limit of this process, soft and hard alike.
 *
 * @param resource - its number in the kernel
 * @param value - in the kernel's unit
 * @param how - `set`; or `try` whether it could be, which changes nothing
 * @returns the name of an errno; undefined where it was set, or could be
 * @see setrlimit(2)
 */
export function setLimit(resource: number, value: bigint, how: 'set' | 'try'): string | undefined {
  const error = native().setLimit(resource, value, how === 'try');
  return error === 0 ? undefined : errnoName(error);
}

/**
 * Takes the end of a child that nobody else waits for.
 *
 * @returns whether it is gone: false where it has not ended
 * @see waitpid(2)
 */
export function reap(pid: number): boolean {
  const error = native().reap(pid);
  return error === 0 || errnoName(error) !== 'EAGAIN';
}

/** What a child and those that it has waited for have used, by the kernel's word. */
export interface Used {
  /** Microseconds of the processor. */
  readonly user: number;
  readonly system: number;
  /** The most KiB that one of them had in memory. */
  readonly resident: number;
}

/**
 * Tells what ended a child, before `child_process` tells that it has ended, and of every signal.
 *
 * @param pid - of a child that can't have been waited for yet
 * @param done - called once with the number of the signal, or 0 where the child ended by itself: nobody has waited for it
 *   then, so that its number is its own still; or -1 where something other than `child_process` has
 * @returns whether it is watched: not without pidfd_open(2) (Linux 5.3), nor where a filter forbids it, nor where the
 *   runtime has no event loop of libuv's
 */
export function watchDeath(pid: number, done: (signal: number, used: Used) => void): boolean {
  // What can't be watched is told as child_process tells it.
  if (process.platform !== 'linux') return false;
  const tell = ([signal, user, system, resident]: readonly [number, number, number, number]): void =>
    done(signal, { user, system, resident });
  return native().watchDeath(pid, tell) === 0;
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
 * Path of `sb-exec` for this machine: a static program that applies what `compile` made. Copy it to wherever programs are.
 */
export function sbExecPath(): string {
  return programPath('sb-exec');
}

/** Path of the probe for this machine: a static program that attempts what it is told and reports the kernel's answer. */
export function probePath(): string {
  return programPath('probe');
}

function programPath(name: string): string {
  return fileURLToPath(new URL(`prebuilds/${process.platform}-${process.arch}/${name}`, root()));
}
