import { nearest } from '../nearest.js';
import type { Place } from './place.js';
import { shown } from './shown.js';

/** A JSON Schema (draft 2020-12), or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * One option of an object.
 *
 * `undefined` in place of a value is refused by default: `net: { connectTcp: ports }` means to restrict, even if `ports` is
 * undefined by mistake. An option has `undefinedIsAbsent` only if leaving it out is as strict as any value, or does not
 * affect what is allowed.
 */
export interface Option<T = unknown> {
  readonly reader: Reader<T>;
  /** Whether it must be there. Default: false. */
  readonly required?: boolean;
  /** Whether `undefined` counts as left out. Default: false. */
  readonly undefinedIsAbsent?: boolean;
}

/** The parts of a value, for code that must visit every option: a schema does not say which may be undefined. */
export type Parts =
  | { readonly kind: 'object'; readonly options: ReadonlyMap<string, Option>; readonly others: Reader | undefined }
  | { readonly kind: 'list'; readonly entry: Reader; readonly max: number }
  | { readonly kind: 'record'; readonly entry: Reader; readonly max: number; readonly undefinedIsAbsent: boolean }
  /** One of several forms; `formOf` returns the one that reads a value. */
  | {
      readonly kind: 'forms';
      readonly forms: readonly Reader[];
      readonly formOf: (value: unknown) => Reader | undefined;
    };

/** How one kind of value is read. */
export interface Reader<T = unknown> {
  /** The expected value, for errors: `a port from 1 to 65535`. */
  readonly expected: string;
  /** The same for editors and other languages. */
  readonly schema: Schema;
  /** The words that it accepts, if it accepts nothing else. */
  readonly words?: readonly (string | number)[] | undefined;
  /** Its parts; absent for a value without parts. */
  readonly parts?: Parts | undefined;
  /** Whether a value is of this kind. {@link read} examines its content. */
  accepts(value: unknown): boolean;
  /**
   * Reads a value.
   *
   * @throws the error of the place, if the value is not as expected
   */
  read(value: unknown, place: Place): T;
}

/** The parts of a reader of one value. */
export interface Kind<T> {
  readonly expected: string;
  readonly schema: Schema;
  readonly is: (value: unknown) => value is T;
}

/** All of a reader beside its schema. */
type Read<T> = Omit<Reader<T>, 'schema'>;

/** A reader like another one. A start makes hundreds of them and reads with a few, so each is a small object. */
class Like<T> implements Reader<T> {
  readonly expected: string;
  readonly words: Reader['words'];
  readonly parts: Reader['parts'];
  readonly accepts: (value: unknown) => boolean;
  readonly read: (value: unknown, place: Place) => T;
  readonly #schemaOf: () => Schema;
  #schema: Schema | undefined;

  constructor(own: Omit<Reader, 'schema' | 'read'>, by: Pick<Reader<T>, 'read'>, schemaOf: () => Schema) {
    const { expected, words, parts } = own;
    this.expected = expected;
    this.words = words;
    this.parts = parts;
    this.accepts = (value) => own.accepts(value);
    this.read = (value, place) => by.read(value, place);
    this.#schemaOf = schemaOf;
  }

  get schema(): Schema {
    return (this.#schema ??= this.#schemaOf());
  }
}

/**
 * A reader whose schema is made when it is first asked for: a run reads, and asks for none. A copy of its properties
 * lacks the schema.
 *
 * @param reader - all else of it
 * @param schema - makes it
 */
export function withSchema<T>(reader: Read<T>, schema: () => Schema): Reader<T> {
  return new Like(reader, reader, schema);
}

/** The same reader, which reads in another way. */
export function readBy<T, U>(reader: Reader<T>, read: Reader<U>['read']): Reader<U> {
  return new Like(reader, { read }, () => reader.schema);
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

/** Refuses a value of the wrong kind. */
export function refuseKind(value: unknown, place: Place, expected: string): never {
  const isAbsent = value === undefined || value === null;
  const hint = isAbsent ? 'Give it a value, or leave it out if it is optional.' : 'Correct the value.';
  return place.refuse(`is not ${expected}: ${shown(value)}`, hint);
}

/** Refuses a word that is not among the known words. */
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
  return withSchema(reader, () => ({ ...reader.schema, description }));
}

/** The same reader with a name, under which a published schema defines it once. */
export function titled<T>(reader: Reader<T>, title: string): Reader<T> {
  return withSchema(reader, () => ({ ...reader.schema, title }));
}

/**
 * A reader that continues after another one. Its result or error counts.
 *
 * @param then - receives the value that was read, and its place
 */
export function checked<T, U>(reader: Reader<T>, then: (value: T, place: Place) => U): Reader<U> {
  return readBy(reader, (value, place) => then(reader.read(value, place), place));
}

/** A value of one of several kinds: the first that accepts it reads it. */
export function either<T>(...readers: readonly Reader<T>[]): Reader<T> {
  const expected = readers.map((reader) => reader.expected).join(' or ');
  const formOf = (value: unknown): Reader<T> | undefined => readers.find((one) => one.accepts(value));
  const own: Read<T> = {
    expected,
    parts: { kind: 'forms', forms: readers, formOf },
    accepts: (value) => formOf(value) !== undefined,
    read: (value, place) => {
      const reader = formOf(value);
      if (reader === undefined) return refuseKind(value, place, expected);
      const { words } = reader;
      // The reader knows only its own words, but another kind of value may be right.
      if (words?.every((word) => word !== value) === true) refuseWord(value, place, { words, expected });
      return reader.read(value, place);
    },
  };
  return withSchema(own, () => ({ anyOf: readers.map(({ schema }) => schema) }));
}
