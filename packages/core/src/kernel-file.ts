import { openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Where the kernel alone says what is there (proc(5), sysfs(5)). */
const pattern = /^\/(?:proc|sys)(?:\/|$)/;

/** Links of a process out of there: what they lead to is not the kernel's (proc_pid_root(5), proc_pid_fd(5)). */
const wayOut = /\/(?:\.\.|root|cwd|exe|map_files)(?:\/|$)|\/fd\/\d/;

/**
 * Reads a file of the kernel's own.
 *
 * @param path - below /proc or /sys, and not through a link of a process
 * @param encoding - default: `latin1`, which takes any byte
 * @throws Error of the system; TypeError for every other path
 */
export function readKernelFile(path: string, encoding: 'latin1' | 'utf8' = 'latin1'): string {
  return readKernelBytes(path).toString(encoding);
}

/**
 * As {@link readKernelFile}, for what is no text.
 *
 * @throws Error of the system; TypeError
 */
export function readKernelBytes(path: string): Buffer {
  return readFileSync(kernels(path));
}

/**
 * Opens such a file for reading.
 *
 * @throws Error of the system; TypeError
 */
export function openKernelFile(path: string): number {
  return openSync(kernels(path), 'r');
}

/**
 * The names in a folder of the kernel's own, for instance `/proc/self/fd`.
 *
 * @throws Error of the system; TypeError
 */
export function listKernelFolder(path: string): readonly string[] {
  return readdirSync(kernels(path));
}

/**
 * What a link of the kernel's own says, for instance `/proc/self/fd/3`. It is not followed.
 *
 * @throws Error of the system; TypeError
 */
export function readKernelLink(path: string): string {
  kernels(path.slice(0, path.lastIndexOf('/')));
  return readlinkSync(path);
}

function kernels(path: string): string {
  if (pattern.test(path) && !wayOut.test(path)) return path;
  throw new TypeError(`${JSON.stringify(path)} is not a file of the kernel`);
}
