import { readSync } from 'node:fs';

/**
 * Reads what is left of an open file, but no more than is expected: another one may make it longer meanwhile.
 *
 * @param descriptor - stays open
 * @param maxBytes - bytes that may come
 * @returns undefined where more come
 * @throws Error of the system
 */
export function readAll(descriptor: number, maxBytes: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let length = 0; length <= maxBytes;) {
    const chunk = Buffer.alloc(64 * 1024);
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return undefined;
}
