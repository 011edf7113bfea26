import { readSync } from 'node:fs';

/**
 * Reads the rest of an open file, up to a limit: another process may extend the file meanwhile.
 *
 * @param descriptor - stays open
 * @param maxBytes - the most bytes
 * @returns undefined if the file has more
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
