import { fstatSync, readSync } from 'node:fs';

import { integer, list, object, type Options, type Reader, required, text } from '@sb/core/document';

/** Bytes that identify a format, as in magic(5). */
export interface Magic {
  /** 1 to 32 bytes, as hexadecimal digits. */
  readonly bytes: string;
  /** Their offset in the file, from 0 to 4,096 bytes. Default: 0. */
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

/** The error of a file that has none of the formats. */
export const otherFormat = 'its first bytes are not those of the expected format; it may be a login page';

/**
 * Whether a file has one of the formats, by its first bytes.
 *
 * @param descriptor - of the file, open for reading; its position stays
 * @param formats - undefined: any file is accepted
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
