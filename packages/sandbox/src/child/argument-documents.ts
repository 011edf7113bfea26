/** What every start is given: a program and its arguments. */
import { isText, kind, list, type Reader } from '@sb/core/document';

/** The program. Whether it exists is checked later. */
export const programReader: Reader<string> = kind({
  expected: 'a text',
  schema: { type: 'string' },
  // Half of a surrogate pair cannot be encoded: the program would get another text.
  is: (value): value is string => isText(value) && !/[\uD800-\uDFFF]/u.test(value),
});

/** Its arguments. The record of the launcher checks for NULs, and for the number of bytes. */
export const argumentsReader: Reader<readonly string[]> = list(programReader, {
  max: 1 << 20,
  what: 'a list of texts',
});
