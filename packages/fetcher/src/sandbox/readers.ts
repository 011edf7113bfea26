/** What is said of a worker's sandbox, as tables. What is in a choice `@sb/sandbox` reads by tables of its own. */
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

/** Whether there is such a user is for `@sb/sandbox` to say. */
const nameOrId = custom<string | number, string | number>({
  expected: 'a name or an id',
  schema: { type: ['string', 'integer'] },
  is: isTextOrNumber,
  read: (value) => value,
});

/** Whom a worker becomes. */
export const userReader: Reader<SandboxUser> = either<SandboxUser>(
  nameOrId,
  object<Extract<SandboxUser, object>>({ user: required(nameOrId), group: nameOrId }),
);

/** A part of a choice that this package adds something to, by the keys that lead to it, and what it is. */
type Completed = readonly [keys: readonly string[], what: string];

/** A word or an object. What is completed here would hide that a value was meant, so it is looked at before. */
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
        where.refuse(`is not ${what}: undefined`, 'Leave the option out, or give it a value.');
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
  // What is left out of these two is required.
  prefer: lenient(names),
  off: lenient(names),
  require: names,
  privateGroup: word(requirementLevels),
  landlock: choice([['net'], 'an object'], [['net', 'connectTcp'], 'a list of ports']),
  seccomp: choice([['rules'], 'a list of rules']),
} satisfies Options<WorkerSandbox>;

/** What a fetcher may be told of the sandbox of its workers. What is left out is required, and as strict as it can be. */
export const workerSandboxReader: Reader<WorkerSandbox> = object<WorkerSandbox>(parts);

/** The same for one download, of which nothing else says whom its worker becomes. */
export const oneFileSandboxReader: Reader<OneFileSandbox> = object<OneFileSandbox>({ ...parts, user: userReader });

/**
 * Reads what is completed here of options that `@sb/sandbox` reads afterwards.
 *
 * @param place - of the options
 */
export function readCompleted(options: SandboxOptions, place: Place): void {
  const { landlock, seccomp } = parts;
  for (const [key, reader] of Object.entries({ landlock, seccomp })) {
    if (Object.hasOwn(options, key)) reader.read(options[key as 'landlock' | 'seccomp'], place.key(key));
  }
}
