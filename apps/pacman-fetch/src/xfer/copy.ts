import { createHash } from 'node:crypto';
import { ftruncateSync, write } from 'node:fs';
import { promisify } from 'node:util';

import { chunksOf } from '../chunks.js';

const writeSome = promisify(write);

/** Bytes that a file system gives out at once, most often; so many zeros need none. */
const block = 4096;
const zeros = Buffer.alloc(block);

/** What was copied: bytes, and their SHA-256 in hexadecimal digits. */
export interface Copied {
  readonly size: number;
  readonly sha256: string;
}

/** How a file is copied. */
export interface CopyOptions {
  /** Bytes. */
  readonly maxBytes: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Copies a file. What is empty stays a hole: the copy takes no more of the disk than its original, whatever its size.
 *
 * @param source - descriptor, at its begin
 * @param target - descriptor of an empty file
 * @throws Error that says it is larger than it may; the reason of the signal; Error of the system
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

/** Writes what is not empty. */
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
