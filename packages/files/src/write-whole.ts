import { writeSync } from 'node:fs';

/**
 * Writes all bytes into an open file. One call of write(2) writes as many as the disk or the limit on files has room for,
 * and answers with their number: a document that is cut short would look like success.
 *
 * @param descriptor - stays open
 * @param content - text is written as UTF-8
 * @param from - offset in bytes. Default: where the descriptor stands
 * @throws Error of the system, with a part of it written: ENOSPC, EDQUOT, EFBIG
 */
export function writeWhole(descriptor: number, content: string | Uint8Array, from?: number): void {
  const bytes = Buffer.from(content);
  for (let done = 0; done < bytes.length;) {
    const count = writeSync(descriptor, bytes, done, bytes.length - done, from === undefined ? null : from + done);
    // A file system that takes nothing and reports no error would be asked for ever.
    if (count === 0) throw new Error('EIO: the file system takes no bytes and reports no error, write');
    done += count;
  }
}
