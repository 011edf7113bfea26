import { errnoName, fileCalls } from '@sb/core';

import type { EntryKind, NamedEntry } from './names-in.js';

/** Entries that are read at once, in bytes: all of a usual directory. */
const blockLength = 32_768;

/** Where the parts of an entry are (`struct linux_dirent64` of getdents64(2)). */
const lengthAt = 16;
const typeAt = 18;
const nameAt = 19;

/** DT_DIR, DT_REG and DT_LNK of readdir(3). */
const kinds: Readonly<Record<number, EntryKind>> = { 4: 'directory', 8: 'file', 10: 'link' };

/** DT_UNKNOWN: the file system does not say it here. */
const unknown = 0;

/**
 * As `namesIn`, with the calls of a native part.
 *
 * @param descriptor - of the directory, open for reading and at its start; it stays open
 * @returns undefined without a native part, or if the first call fails: nothing was read then. Throws an error of the system if a
 *   later one fails: who leaves out what is listed must know all of it
 */
export function namesQuickly(descriptor: number): Iterable<NamedEntry> | undefined {
  const calls = fileCalls();
  if (calls === undefined) return undefined;
  const block = Buffer.allocUnsafeSlow(blockLength);
  const read = (): number => calls.readNames(descriptor, block);
  const first = read();
  return first < 0 ? undefined : entriesIn(block, first, read);
}

function* entriesIn(block: Buffer, first: number, read: () => number): Generator<NamedEntry> {
  for (let length = first; length > 0; length = lengthOf(read())) {
    for (let at = 0; at < length; at += numberAt(block, at + lengthAt)) {
      const name = block.subarray(at + nameAt, block.indexOf(0, at + nameAt));
      if (!isSelf(name)) yield { name: Buffer.from(name), kind: kindOf(block[at + typeAt] ?? unknown) };
    }
  }
}

/** Another call fails like that if the directory was removed meanwhile. readdir(3) says then that it has no more names. */
const isRemoved = -2;

/** @returns how many bytes there are, 0 at the end. @throws Error of the system */
function lengthOf(result: number): number {
  if (result >= 0 || result === isRemoved) return Math.max(0, result);
  const code = errnoName(result);
  throw Object.assign(new Error(`${code}: a directory cannot be read to its end, getdents64`), {
    errno: result,
    code,
    syscall: 'getdents64',
  });
}

/** A number of 16 bits. Each function of Node takes a tenth of a millisecond when it is first called. */
function numberAt(block: Buffer, at: number): number {
  return (block[at] ?? 0) + 256 * (block[at + 1] ?? 0);
}

/** `.` and `..` */
function isSelf(name: Buffer): boolean {
  const dot = 0x2e;
  return name.length <= 2 && name.every((byte) => byte === dot);
}

function kindOf(type: number): EntryKind | undefined {
  return type === unknown ? undefined : (kinds[type] ?? 'other');
}
