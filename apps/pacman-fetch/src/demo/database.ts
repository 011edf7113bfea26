import { gzipSync } from 'node:zlib';

/** A package file, as a database tells of it. */
export interface DemoPackage {
  /** `NAME-VERSION-RELEASE-ARCHITECTURE.pkg.tar.zst`. */
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** A database of packages, as repo-add(8) makes it: a compressed tar archive with a `desc` for each. */
export function databaseOf(packages: readonly DemoPackage[]): Buffer {
  return gzipSync(Buffer.concat([...packages.map(entry), Buffer.alloc(2 * block)]));
}

const block = 512;

function entry({ name, size, sha256 }: DemoPackage): Buffer {
  const [, own = '', version = '', arch = ''] = /^(.+)-([^-]+-[^-]+)-([^-]+)\.pkg\./.exec(name) ?? [];
  const fields = {
    FILENAME: name,
    NAME: own,
    VERSION: version,
    CSIZE: size,
    ISIZE: size,
    SHA256SUM: sha256,
    ARCH: arch,
  };
  const text = Object.entries(fields).map(([key, value]) => `%${key}%\n${value}\n\n`);
  const body = Buffer.from(text.join(''));
  const padding = Buffer.alloc((block - (body.length % block)) % block);
  return Buffer.concat([header(`${own}-${version}/desc`, body.length), body, padding]);
}

/** The head of a regular file in the format ustar (POSIX.1, pax). */
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
