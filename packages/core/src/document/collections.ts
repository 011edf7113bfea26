import { isObject, refuseInherited } from './plain.js';
import { type Reader, refuseKind, type Schema, withSchema } from './reader.js';
import { shown } from './shown.js';

/** How long a list may be, and whether an entry may occur twice. */
export interface ListRule {
  /** Fewest entries. Default: 0. */
  readonly min?: number;
  /** Most entries. Default: 4,096. */
  readonly max?: number;
  /** Whether an entry that occurs twice is a mistake. Default: false; the caller decides whether it counts once or twice. */
  readonly unique?: boolean;
  /** Default: `a list of` what an entry is. */
  readonly what?: string;
}

/** A list. */
export function list<T>(entry: Reader<T>, rule: ListRule = {}): Reader<readonly T[]> {
  const { min = 0, max = 4096, unique = false, what = `a list: each entry is ${entry.expected}` } = rule;
  const schema = (): Schema => ({
    type: 'array',
    items: entry.schema,
    ...(min > 0 ? { minItems: min } : {}),
    maxItems: max,
    ...(unique ? { uniqueItems: true } : {}),
  });
  const own: Omit<Reader<readonly T[]>, 'schema'> = {
    expected: what,
    parts: { kind: 'list', entry, max },
    accepts: (value) => Array.isArray(value),
    read: (value, place) => {
      if (!Array.isArray(value)) return refuseKind(value, place, what);
      if (value.length < min) place.refuse(`has ${value.length} entries`, `Give at least ${min}.`);
      if (value.length > max) place.refuse(`has ${value.length} entries`, `Give at most ${max}.`);
      // Array.from reads holes as undefined, which forEach would pass over.
      const entries = Array.from(value, (one: unknown, index) => entry.read(one, place.entry(index)));
      const twice = unique ? entries.findIndex((one, index) => entries.indexOf(one) !== index) : -1;
      if (twice >= 0) place.entry(twice).refuse(`occurs twice: ${shown(entries[twice])}`, 'Leave one out.');
      return Object.freeze(entries);
    },
  };
  return withSchema(own, schema);
}

/** Names and values that are not known beforehand, as in an environment. */
export interface RecordRule {
  /** What a name must match as a whole. */
  readonly name: RegExp;
  /** What a name is: `a name without "="`. */
  readonly what: string;
  /** Most entries. Default: 4,096. */
  readonly max?: number;
  /** Whether an entry that is `undefined` counts as left out. Default: false. */
  readonly undefinedIsAbsent?: boolean;
}

/** An object whose keys are chosen by the caller. */
export function record<T>(
  entry: Reader<T>,
  { name, what, max = 4096, undefinedIsAbsent = false }: RecordRule,
): Reader<Readonly<Record<string, T>>> {
  const expected = 'an object';
  const own: Omit<Reader<Readonly<Record<string, T>>>, 'schema'> = {
    expected,
    parts: { kind: 'record', entry, max, undefinedIsAbsent },
    accepts: isObject,
    read: (value, place) => {
      if (!isObject(value)) return refuseKind(value, place, expected);
      refuseInherited(value, place);
      const entries = Object.entries(value).filter(([, part]) => part !== undefined || !undefinedIsAbsent);
      if (entries.length > max) place.refuse(`has ${entries.length} entries`, `Give at most ${max}.`);
      const read = entries.map(([key, part]): [string, T] => {
        if (!name.test(key)) place.refuse(`has a key that is not ${what}: ${shown(key)}`, 'Correct the key.');
        return [key, entry.read(part, place.key(key))];
      });
      return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(read)));
    },
  };
  return withSchema(own, () => ({
    type: 'object',
    propertyNames: { pattern: name.source },
    additionalProperties: entry.schema,
  }));
}
