/** Files of a cgroup, in a directory that is held open. */
import { closeSync, constants, writeSync } from 'node:fs';

import { errorCode, readAll } from '@sb/core';
import type { Folder } from '@sb/files';

/** More than any of these files has, except cgroup.procs of thousands of processes. */
const mostBytes = 1_048_576;

/**
 * Reads one.
 *
 * @returns undefined if the cgroup does not have it
 * @throws Error of the system
 */
export function readIn(folder: Folder, name: string): string | undefined {
  try {
    return withFile(folder, { name, access: constants.O_RDONLY }, (descriptor) =>
      (readAll(descriptor, mostBytes) ?? Buffer.alloc(0)).toString('latin1'),
    );
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The words of one; none if the cgroup does not have it. @throws Error of the system */
export function wordsIn(folder: Folder, name: string): readonly string[] {
  return (readIn(folder, name) ?? '').split(/\s+/).filter((word) => word !== '');
}

/**
 * Returns a number of a file of lines `NAME NUMBER`, such as memory.events; 0 without one.
 *
 * @throws Error of the system
 */
export function countIn(folder: Folder, file: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readIn(folder, file) ?? '')?.[1] ?? 0);
}

/**
 * Writes one; the kernel takes a value in one call.
 *
 * @throws Error of the system
 */
export function writeIn(folder: Folder, name: string, value: string): void {
  withFile(folder, { name, access: constants.O_WRONLY }, (descriptor) => writeWord(descriptor, value));
}

/** Writes to an open one. @throws Error of the system; Error EIO if the kernel took less */
export function writeWord(descriptor: number, value: string): void {
  if (writeSync(descriptor, value) === value.length) return;
  throw Object.assign(new Error(`the kernel took only a part of ${value}`), { code: 'EIO' });
}

/** Whether this process may write to one. */
export function isWritableIn(folder: Folder, name: string): boolean {
  try {
    return withFile(folder, { name, access: constants.O_WRONLY }, () => true);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function withFile<T>(
  folder: Folder,
  { name, access }: { readonly name: string; readonly access: number },
  use: (descriptor: number) => T,
): T {
  const descriptor = folder.openFile(name, access);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
