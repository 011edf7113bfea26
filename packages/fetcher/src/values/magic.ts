import { fstatSync, readSync } from 'node:fs';

import { integer, list, object, type Options, type Reader, required, text } from '@sb/core/document';

/** Bytes by which a format is known, as in magic(5). */
export interface Magic {
  /** 1 to 32 bytes, as hexadecimal digits. */
  readonly bytes: string;
  /** Where they lie in the file: 0 to 4,096 bytes from its beginning. Default: 0. */
  readonly offset?: number;
}

const longest = 32;
const farthest = 4096;

/** Formats, one of which a file must have. */
export const magicReader: Reader<readonly Magic[]> = list(
  object<Magic>({
    bytes: required(
      text({ max: 2 * longest, pattern: /^(?:[0-9a-f]{2}){1,32}$/i, what: 'hexadecimal digits of bytes' }),
    ),
    offset: integer({ min: 0, max: farthest, what: 'an offset in bytes' }),
  } satisfies Options<Magic>),
  { min: 1, max: 32, what: 'a list of formats' },
);

/** What is wrong with a file that has none of them. */
export const otherFormat = "it doesn't begin as one should, and may be the page of a login";

/**
 * Whether a file has one of some formats, by its first bytes.
 *
 * @param descriptor - of the file, open for reading; its position stays
 * @param formats - undefined: any file has the format that nobody asked for
 */
export function hasFormat(descriptor: number, formats: readonly Magic[] | undefined): boolean {
  if (formats === undefined) return true;
  const beginning = Buffer.alloc(Math.min(fstatSync(descriptor).size, farthest + longest));
  const held = beginning.subarray(0, readSync(descriptor, beginning, 0, beginning.length, 0));
  return formats.some(({ bytes, offset = 0 }) => {
    const magic = Buffer.from(bytes, 'hex');
    return held.subarray(offset, offset + magic.length).equals(magic);
  });
}
