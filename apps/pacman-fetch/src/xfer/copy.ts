import { createHash } from 'node:crypto';
import { ftruncateSync, write } from 'node:fs';
import { promisify } from 'node:util';

import { chunksOf } from '../chunks.js';

const writeSome = promisify(write);

/** The usual block size of file systems; a block of zeros can be a hole. */
const block = 4096;
const zeros = Buffer.alloc(block);

/** The result of a copy: bytes, and their SHA-256 in hexadecimal digits. */
export interface Copied {
  readonly size: number;
  readonly sha256: string;
}

/** How a file is copied. */
export interface CopyOptions {
  /** Bytes. */
  readonly maxBytes: number;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/**
 * Copies a file. Blocks of zeros become holes, so the copy never needs more of the disk than its original.
 *
 * @param source - descriptor, at its beginning
 * @param target - descriptor of an empty file
 * @throws Error for a file larger than the limit; the reason of the signal; Error of the system
 */
export async function copy(source: number, target: number, { maxBytes, signal }: CopyOptions): Promise<Copied> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunksOf(source, signal)) {
    const at = size;
    size += chunk.length;
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    hash.update(chunk);
    await writeFull(target, chunk, at);
  }
  ftruncateSync(target, size);
  return { size, sha256: hash.digest('hex') };
}

/** Writes a chunk that is not all zeros. */
async function writeFull(target: number, chunk: Buffer, position: number): Promise<void> {
  let start = 0;
  for (let at = 0; at < chunk.length; at += block) {
    if (!isEmpty(chunk.subarray(at, at + block))) continue;
    await writeAll(target, chunk.subarray(start, at), position + start);
    start = at + block;
  }
  await writeAll(target, chunk.subarray(start), position + start);
}

function isEmpty(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length));
}

async function writeAll(target: number, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const rest = bytes.length - written;
    written += (await writeSome(target, bytes, written, rest, position + written)).bytesWritten;
  }
}
