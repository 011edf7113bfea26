import { nearest } from '../nearest.js';
import type { Place } from './place.js';
import { shown } from './shown.js';

/** A JSON Schema (draft 2020-12), or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * One option of an object.
 *
 * `undefined` in the place of a value is refused by default: `net: { connectTcp: ports }` means to restrict, whatever
 * became of `ports`. An option says `undefinedIsAbsent` where leaving it out is as strict as any value of it, or has no
 * bearing on what is allowed.
 */
export interface Option<T = unknown> {
  readonly reader: Reader<T>;
  /** Whether it must be there. Default: false. */
  readonly required?: boolean;
  /** Whether `undefined` counts as left out. Default: false. */
  readonly undefinedIsAbsent?: boolean;
}

/** What a value is made of, for whatever has to visit every option: a schema doesn't say which may be undefined. */
export type Parts =
  | { readonly kind: 'object'; readonly options: ReadonlyMap<string, Option>; readonly others: Reader | undefined }
  | { readonly kind: 'list'; readonly entry: Reader; readonly max: number }
  | { readonly kind: 'record'; readonly entry: Reader; readonly max: number; readonly undefinedIsAbsent: boolean }
  /** One of several forms; `formOf` tells which reads a value. */
  | {
      readonly kind: 'forms';
      readonly forms: readonly Reader[];
      readonly formOf: (value: unknown) => Reader | undefined;
    };

/** How one kind of value is read. */
export interface Reader<T = unknown> {
  /** What an error says is wanted: `a port from 1 to 65535`. */
  readonly expected: string;
  /** The same for editors and other languages. */
  readonly schema: Schema;
  /** The words that it takes, where it takes nothing else. */
  readonly words?: readonly (string | number)[];
  /** What it is made of; absent for a value without parts. */
  readonly parts?: Parts;
  /** Whether a value is of this kind at all; what is in it is looked at by {@link read}. */
  accepts(value: unknown): boolean;
  /**
   * Reads a value.
   *
   * @throws the error of the place, for whatever is not as expected
   */
  read(value: unknown, place: Place): T;
}

/** What a reader of one value is made of. */
export interface Kind<T> {
  readonly expected: string;
  readonly schema: Schema;
  readonly is: (value: unknown) => value is T;
}

/** A reader of values that have no parts. */
export function kind<T>({ expected, schema, is }: Kind<T>): Reader<T> {
  return {
    expected,
    schema,
    accepts: is,
    read: (value, place) => (is(value) ? value : refuseKind(value, place, expected)),
  };
}

/** The one wording of a value that is of another kind than it should be. */
export function refuseKind(value: unknown, place: Place, expected: string): never {
  const isAbsent = value === undefined || value === null;
  const hint = isAbsent ? 'Leave the option out, or give it a value.' : 'Correct the value, or leave the option out.';
  return place.refuse(`is not ${expected}: ${shown(value)}`, hint);
}

/** The one wording of a word that is not among those that there are. */
export function refuseWord(
  value: unknown,
  place: Place,
  { words, expected }: { readonly words: readonly (string | number)[]; readonly expected: string },
): never {
  const meant = typeof value === 'string' ? nearest(value, words.map(String)) : undefined;
  const guess = meant === undefined ? '' : `Did you mean ${JSON.stringify(meant)}? `;
  return place.refuse(`is ${shown(value)}`, `${guess}Give ${expected}.`);
}

/** The same reader with a sentence for editors. */
export function described<T>(reader: Reader<T>, description: string): Reader<T> {
  return { ...reader, schema: { ...reader.schema, description } };
}

/** The same reader with a name, under which a schema that is published defines it once. */
export function titled<T>(reader: Reader<T>, title: string): Reader<T> {
  return { ...reader, schema: { ...reader.schema, title } };
}

/**
 * A reader that goes on where another has ended: what it throws or gives counts.
 *
 * @param then - is given what was read and where it stands
 */
export function checked<T, U>(reader: Reader<T>, then: (value: T, place: Place) => U): Reader<U> {
  return { ...reader, read: (value, place) => then(reader.read(value, place), place) };
}

/** A value of one of several kinds: the first that accepts it reads it. */
export function either<T>(...readers: readonly Reader<T>[]): Reader<T> {
  const expected = readers.map((reader) => reader.expected).join(' or ');
  const formOf = (value: unknown): Reader<T> | undefined => readers.find((one) => one.accepts(value));
  return {
    expected,
    schema: { anyOf: readers.map(({ schema }) => schema) },
    parts: { kind: 'forms', forms: readers, formOf },
    accepts: (value) => formOf(value) !== undefined,
    read: (value, place) => {
      const reader = formOf(value);
      if (reader === undefined) return refuseKind(value, place, expected);
      const { words } = reader;
      // The reader knows its own words only, and there are other ways to mend it.
      if (words?.every((word) => word !== value) === true) refuseWord(value, place, { words, expected });
      return reader.read(value, place);
    },
  };
}
