import { checked, either, integer, list, object, type Options, type Reader, text } from '@sb/core/document';
import { textPath } from '@sb/landlock';

import { documentPlace } from '../errors.js';

/**
 * One attempt of a sandboxed program:
 *
 * - `read`: a file, or the names in a directory. `write`: a file, or a new file in a directory. `execute`: a file.
 * - `make`: a file, or a directory if its name ends with a slash. `remove`: a file or an empty directory.
 * - `rename` and `link` need `to`: rename(2), link(2).
 * - `connect` and `bind`: a TCP port. `connect` also takes an abstract unix socket of another program, as `@name`. `call`: a system call, with up to six `args`; the others are 0.
 */
export type SandboxQuestion =
  | { readonly read: string }
  | { readonly write: string }
  | { readonly execute: string }
  | { readonly make: string }
  | { readonly remove: string }
  | { readonly rename: string; readonly to: string }
  | { readonly link: string; readonly to: string }
  | { readonly connect: number | string }
  | { readonly bind: number }
  | { readonly call: string; readonly args?: readonly (number | bigint)[] };

/** Questions about one path. */
export const pathVerbs = ['read', 'write', 'execute', 'make', 'remove'] as const;
/** Questions about two paths. */
export const moveVerbs = ['rename', 'link'] as const;
/** Questions about a port. */
const portVerbs = ['connect', 'bind'] as const;

/** All questions, each by its word. */
export const verbs = [...pathVerbs, ...moveVerbs, ...portVerbs, 'call'] as const;

/** A question that was read. */
export interface ReadQuestion {
  readonly read?: string;
  readonly write?: string;
  readonly execute?: string;
  readonly make?: string;
  readonly remove?: string;
  readonly rename?: string;
  readonly link?: string;
  readonly to?: string;
  readonly connect?: number | string;
  readonly bind?: number;
  readonly call?: string;
  readonly args?: readonly (number | bigint)[];
}

const port = integer({ min: 0, max: 65_535, what: 'a TCP port' });

/** At most 107 bytes (unix(7)); the kernel has no limit on what they are. */
const socket = text({ max: 108, pattern: /^@[^\0]*$/, what: 'an abstract unix socket, as @name' });

const register: Reader<number | bigint> = {
  expected: 'an argument of a system call, from 0 to 2 ** 64 - 1',
  schema: { type: 'integer', minimum: 0 },
  accepts: (value) => typeof value === 'number' || typeof value === 'bigint',
  read: (value, place) => {
    const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (isWhole && BigInt.asUintN(64, BigInt(value as number)) === BigInt(value as number)) return value as number;
    return place.refuse('is not an argument of a system call', 'Give a whole number from 0 to 2 ** 64 - 1.');
  },
};

const table: Options<ReadQuestion> = {
  read: textPath,
  write: textPath,
  execute: textPath,
  make: textPath,
  remove: textPath,
  rename: textPath,
  link: textPath,
  to: textPath,
  connect: either<number | string>(port, socket),
  bind: port,
  call: text(),
  args: list(register, { max: 6, what: 'a list of arguments' }),
};

const reader: Reader<ReadQuestion> = checked(object<ReadQuestion>(table), (question, place) => {
  const named = verbs.filter((verb) => question[verb] !== undefined);
  if (named.length !== 1) place.refuse('does not name exactly one attempt', `Use one of: ${verbs.join(', ')}.`);
  const isMove = moveVerbs.some((verb) => question[verb] !== undefined);
  if (isMove !== (question.to !== undefined))
    place.refuse('names a move without to, or to without a move', 'Give { rename, to } or { link, to }.');
  if (question.args !== undefined && question.call === undefined)
    place.refuse('has args without a call', 'Name the call.');
  return question;
});

/**
 * Reads a question.
 *
 * @throws SandboxError `invalid-policy` for a question without an attempt, or with several
 */
export function readQuestion(question: unknown): ReadQuestion {
  return reader.read(question, documentPlace('question'));
}
