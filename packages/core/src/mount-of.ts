import { closeSync, readSync } from 'node:fs';

import { errorCode } from './errno.js';
import { fileCalls } from './file-calls.js';
import { openKernelFile } from './kernel-file.js';

/** The line is the third one, behind two numbers: more is not read. In bytes. */
const enough = 256;

/**
 * Returns the kernel's number of the mount that a descriptor is on. It does not ask the server of a file system.
 *
 * @param descriptor - also with O_PATH
 * @returns undefined if the kernel does not report it
 * @throws Error of the system if `/proc` cannot be read
 * @see proc_pid_fdinfo(5)
 */
export function mountOf(descriptor: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const known = fileCalls()?.mountOf(descriptor) ?? -1;
  if (known >= 0) return known;
  const id = /^mnt_id:\s*(\d+)$/m.exec(aboutDescriptor(descriptor))?.[1];
  return id === undefined ? undefined : Number(id);
}

/** Each name of a path is asked for: to read the whole file takes two calls more. */
function aboutDescriptor(descriptor: number): string {
  const file = openKernelFile(`/proc/self/fdinfo/${descriptor}`);
  try {
    const text = Buffer.alloc(enough);
    return text.toString('latin1', 0, readSync(file, text));
  } finally {
    closeSync(file);
  }
}

/** Errors that say nothing about a file: a caller that ignored them would ask a file system it does not know. */
export const noAnswer: ReadonlySet<string | undefined> = new Set([undefined, 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * As {@link mountOf}; undefined also where another sandbox denies the file that says it.
 *
 * @throws Error of the system where descriptors or memory have run out
 */
export function mountIfKnown(descriptor: number): number | undefined {
  try {
    return mountOf(descriptor);
  } catch (error) {
    if (noAnswer.has(errorCode(error))) throw error;
    return undefined;
  }
}
