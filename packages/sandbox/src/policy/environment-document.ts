/** What an environment may hold. */
import { type Reader, record, text } from '@sb/core/document';

/** Longest text of an environment, in UTF-16 code units: MAX_ARG_STRLEN of execve(2). */
const longestVariable = 131_072;

/** Variables by name, of which one that is undefined is left out: as strict as any value. */
export const environmentReader: Reader<Readonly<Record<string, string>>> = record(
  text({ max: longestVariable, pattern: /^[^\0]*$/, what: 'a text without a NUL' }),
  {
    name: /^[^=\0]+$/,
    what: 'a name, which is not empty and holds no "=" and no NUL',
    max: 65_536,
    undefinedIsAbsent: true,
  },
);
