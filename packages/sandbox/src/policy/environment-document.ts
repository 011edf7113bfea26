/** What an environment may contain. */
import { type Reader, record, text } from '@sb/core/document';

/** The longest text of an environment, in UTF-16 code units: MAX_ARG_STRLEN of execve(2). */
const longestVariable = 131_072;

/** Variables by name. An undefined one is left out, which is as strict as any value. */
export const environmentReader: Reader<Readonly<Record<string, string>>> = record(
  text({ max: longestVariable, pattern: /^[^\0]*$/, what: 'a text without a NUL' }),
  {
    name: /^[^=\0]+$/,
    what: 'a name, which is not empty and contains no "=" and no NUL',
    max: 65_536,
    undefinedIsAbsent: true,
  },
);
