import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { fchmodSync, fsyncSync, futimesSync } from 'node:fs';

import type { DownloadRequest } from '@sb/fetcher';

/** What a file has to be like. */
export type Expected = Pick<DownloadRequest, 'to' | 'size' | 'sha256' | 'maxBytes'>;

// Whoever wrote it could have put something else there: no link, no waiting for the other end of a pipe.
const sourceFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const targetFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Copies what a command has left in its staging folder to where it belongs, and checks what was copied.
 *
 * @param staged - path of the file that the command was to write
 * @param expected - where it belongs, and what it has to be like
 * @throws Error that says what is wrong; then the name stands for what it stood for before
 */
export function moveIn(staged: string, { to, size, sha256, maxBytes = size }: Expected): number {
  const source = openSync(staged, sourceFlags);
  const temporary = `${to}.new-${process.pid}`;
  try {
    const stats = fstatSync(source);
    if (!stats.isFile() || stats.nlink !== 1) throw new Error('what it left is no file of its own');
    const target = openSync(temporary, targetFlags, 0o600);
    try {
      const copied = copy(source, target, maxBytes ?? Number.MAX_SAFE_INTEGER);
      if (size !== undefined && copied.size !== size) throw new Error(`it left ${copied.size} bytes, and not ${size}`);
      if (sha256 !== undefined && copied.sha256 !== sha256) throw new Error('its SHA-256 is not the one asked for');
      fchmodSync(target, 0o644);
      futimesSync(target, new Date(), stats.mtime);
      fsyncSync(target);
      renameSync(temporary, to);
      return copied.size;
    } catch (error) {
      unlinkSync(temporary);
      throw error;
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function copy(source: number, target: number, maxBytes: number): { readonly size: number; readonly sha256: string } {
  const buffer = Buffer.alloc(1 << 20);
  const hash = createHash('sha256');
  let size = 0;
  for (let count = readSync(source, buffer); count > 0; count = readSync(source, buffer)) {
    size += count;
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    hash.update(buffer.subarray(0, count));
    for (let written = 0; written < count;) written += writeSync(target, buffer, written, count - written);
  }
  return { size, sha256: hash.digest('hex') };
}
