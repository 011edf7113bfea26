/** Tables of the options of a worker's sandbox. `@sb/sandbox` reads the content of a choice with its own tables. */
import { requirementLevels } from '@sb/core';
import {
  checked,
  custom,
  either,
  isText,
  isTextOrNumber,
  kind,
  lenient,
  list,
  object,
  type Options,
  type Place,
  type Reader,
  required,
  text,
  word,
} from '@sb/core/document';
import type { SandboxOptions, SandboxUser } from '@sb/sandbox';

import type { OneFileSandbox, WorkerSandbox } from './options.js';

/** `@sb/sandbox` checks whether the user exists. */
const nameOrId = custom<string | number, string | number>({
  expected: 'a name or an id',
  schema: { type: ['string', 'integer'] },
  is: isTextOrNumber,
  read: (value) => value,
});

/** The user that a worker switches to. */
export const userReader: Reader<SandboxUser> = either<SandboxUser>(
  nameOrId,
  object<Extract<SandboxUser, object>>({ user: required(nameOrId), group: nameOrId }),
);

/** A part of a choice to which this package adds something: the keys that lead to it, and its type. */
type Completed = readonly [keys: readonly string[], what: string];

/** A word or an object. Completing it here would hide an undefined value, so it is checked before. */
function choice<T extends string | object>(...completed: readonly Completed[]): Reader<T> {
  const reader = kind<T>({
    expected: 'a word or an object',
    schema: { type: ['string', 'object'] },
    is: (value): value is T => isText(value) || isPlain(value),
  });
  return checked(reader, (value, place) => {
    for (const [keys, what] of completed) {
      let at: unknown = value;
      let where = place;
      for (const key of keys) {
        if (!isPlain(at) || !Object.hasOwn(at, key)) break;
        at = (at as Readonly<Record<string, unknown>>)[key];
        where = where.key(key);
      }
      if (at === undefined) {
        where.refuse(`is not ${what}: undefined`, 'Give it a value, or leave it out if it is optional.');
      }
    }
    return value;
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const names = list(text(), { what: 'a list of layers and features' });

const parts = {
  // What is omitted from these two is required.
  prefer: lenient(names),
  off: lenient(names),
  require: names,
  privateGroup: word(requirementLevels),
  landlock: choice([['net'], 'an object'], [['net', 'connectTcp'], 'a list of ports']),
  seccomp: choice([['rules'], 'a list of rules']),
} satisfies Options<WorkerSandbox>;

/** Options of a fetcher for the sandbox of its workers. What is omitted is required, and as strict as possible. */
export const workerSandboxReader: Reader<WorkerSandbox> = object<WorkerSandbox>(parts);

/** The same for one download; only these options name the user of its worker. */
export const oneFileSandboxReader: Reader<OneFileSandbox> = object<OneFileSandbox>({ ...parts, user: userReader });

/**
 * Reads the options that are completed here, and that `@sb/sandbox` reads afterwards.
 *
 * @param place - of the options
 */
export function readCompleted(options: SandboxOptions, place: Place): void {
  const { landlock, seccomp } = parts;
  for (const [key, reader] of Object.entries({ landlock, seccomp })) {
    if (Object.hasOwn(options, key)) reader.read(options[key as 'landlock' | 'seccomp'], place.key(key));
  }
}
