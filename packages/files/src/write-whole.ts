import { writeSync } from 'node:fs';

/**
 * Writes all bytes to an open file. One call of write(2) writes only as many as fit on the disk or into the file limit,
 * and returns their number. So a truncated document would look like a success.
 *
 * @param descriptor - stays open
 * @param content - text is written as UTF-8
 * @param from - offset in bytes. Default: the position of the descriptor
 * @throws Error of the system, after a part was written: ENOSPC, EDQUOT, EFBIG
 */
export function writeWhole(descriptor: number, content: string | Uint8Array, from?: number): void {
  const bytes = Buffer.from(content);
  for (let done = 0; done < bytes.length;) {
    const count = writeSync(descriptor, bytes, done, bytes.length - done, from === undefined ? null : from + done);
    // Otherwise this would loop for ever on a file system that accepts nothing and reports no error.
    if (count === 0) throw new Error('EIO: the file system accepts no bytes and reports no error, write');
    done += count;
  }
}
