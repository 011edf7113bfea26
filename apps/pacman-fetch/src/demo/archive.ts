import { gzipSync } from 'node:zlib';

/** A regular file of an archive. */
export interface ArchivedFile {
  /** At most 100 bytes of ASCII. */
  readonly path: string;
  readonly content: Buffer | string;
}

const block = 512;

/** A compressed archive of regular files in the format ustar (POSIX.1, pax). */
export function archiveOf(files: readonly ArchivedFile[]): Buffer {
  return gzipSync(Buffer.concat([...files.map(entry), Buffer.alloc(2 * block)]));
}

function entry({ path, content }: ArchivedFile): Buffer {
  const body = Buffer.from(content);
  const padding = Buffer.alloc((block - (body.length % block)) % block);
  return Buffer.concat([header(path, body.length), body, padding]);
}

function header(path: string, size: number): Buffer {
  const head = Buffer.alloc(block);
  head.write(path, 0);
  head.write('0000644\0'.concat('0000000\0'.repeat(2)), 100);
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  // The sum is of the head with eight spaces in its place.
  head.write(' '.repeat(8), 148);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}
