import { closeSync, constants, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

import { fileCalls } from './file-calls.js';

/** Directories whose content only the kernel decides (proc(5), sysfs(5)). */
const pattern = /^\/(?:proc|sys)(?:\/|$)/;

/** Links of a process that lead out of there, to other files (proc_pid_root(5), proc_pid_fd(5)). */
const wayOut = /\/(?:\.\.|root|cwd|exe|map_files)(?:\/|$)|\/fd\/\d/;

/**
 * Reads a file of the kernel.
 *
 * @param path - below /proc or /sys, and not through a link of a process
 * @param encoding - default: `latin1`, which accepts any byte
 * @throws Error of the system; TypeError for every other path
 */
export function readKernelFile(path: string, encoding: 'latin1' | 'utf8' = 'latin1'): string {
  const length = readQuickly(path, shared());
  return length === undefined ? readByNode(path).toString(encoding) : shared().toString(encoding, 0, length);
}

/**
 * As {@link readKernelFile}, for a file that is not text.
 *
 * @throws Error of the system; TypeError
 */
export function readKernelBytes(path: string): Buffer {
  const length = readQuickly(path, shared());
  return length === undefined ? readByNode(path) : Buffer.from(shared().subarray(0, length));
}

/**
 * Reads a file of the kernel in one call.
 *
 * @param path - as for {@link readKernelFile}
 * @param into - what it is read into
 * @returns how many bytes it has; undefined if it has to be read by Node, which also makes the errors
 * @throws TypeError for every other path
 */
export function readQuickly(path: string, into: Buffer): number | undefined {
  const length = fileCalls()?.readFile(kernels(path), into) ?? -1;
  return length < 0 ? undefined : length;
}

function readByNode(path: string): Buffer {
  const descriptor = openKernelFile(path);
  try {
    const parts: Buffer[] = [];
    const into = shared();
    for (let count = readInto(descriptor, into); count > 0; count = readInto(descriptor, into)) {
      parts.push(Buffer.from(into.subarray(0, count)));
    }
    const [first] = parts;
    return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
  } finally {
    closeSync(descriptor);
  }
}

/** More than most files of the kernel have. */
const blockLength = 16_384;

let block: Buffer | undefined;

/** A start reads hundreds of small files: readFileSync takes new memory for each, and asks for its size, which is 0. */
function shared(): Buffer {
  return (block ??= Buffer.allocUnsafeSlow(blockLength));
}

function readInto(descriptor: number, into: Buffer): number {
  return readSync(descriptor, into, 0, into.length, null);
}

/**
 * Opens such a file for reading.
 *
 * @throws Error of the system; TypeError
 */
export function openKernelFile(path: string): number {
  return openSync(kernels(path), constants.O_RDONLY);
}

/**
 * Returns the names in a directory of the kernel, for instance `/proc/self/fd`.
 *
 * @throws Error of the system; TypeError
 */
export function listKernelFolder(path: string): readonly string[] {
  return readdirSync(kernels(path));
}

/**
 * Returns the target of a link of the kernel, for instance `/proc/self/fd/3`. The link is not followed.
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
