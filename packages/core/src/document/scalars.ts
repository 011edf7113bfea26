import { kind, type Reader, refuseKind, refuseWord, type Schema } from './reader.js';
import { shown } from './shown.js';

/** True or false. */
export const boolean: Reader<boolean> = kind({
  expected: 'true or false',
  schema: { type: 'boolean' },
  is: (value) => typeof value === 'boolean',
});

/** Bounds of an integer, both included. */
export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
  /** What it counts or names, with its unit: `a port`, `milliseconds`. Default: `an integer`. */
  readonly what?: string;
}

/** An integer within bounds. */
export function integer({ min, max, what = 'an integer' }: IntegerBounds): Reader<number> {
  const expected = `${what} from ${min} to ${max}`;
  const reader = kind({
    expected,
    schema: { type: 'integer', minimum: min, maximum: max },
    is: (value): value is number => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  });
  const read: Reader<number>['read'] = (value, place) =>
    typeof value === 'string'
      ? place.refuse(`is not ${expected}: ${shown(value)}`, 'Give a number, not a text.')
      : reader.read(value, place);
  return { ...reader, read };
}

/** Rules for a text. */
export interface TextRule {
  /** Longest, in UTF-16 code units. Default: 4,096. */
  readonly max?: number;
  /** Must match as a whole. Default: not empty, without a NUL. */
  readonly pattern?: RegExp;
  /** Default: `a non-empty text without NUL characters`. */
  readonly what?: string;
}

/** A text. */
export function text({ max = 4096, pattern = /^[^\0]+$/, what }: TextRule = {}): Reader<string> {
  return kind({
    expected: what ?? 'a non-empty text without NUL characters',
    schema: { type: 'string', pattern: pattern.source.replaceAll('\\0', '\\u0000'), maxLength: max },
    is: (value): value is string =>
      // Half of a surrogate pair cannot be encoded: another text would be written.
      typeof value === 'string' && value.length <= max && pattern.test(value) && !/[\uD800-\uDFFF]/u.test(value),
  });
}

/** One of some words. */
export function word<const Word extends string | number>(words: readonly Word[]): Reader<Word> {
  const all = words.map((one) => JSON.stringify(one)).join(', ');
  const is = (value: unknown): value is Word => words.some((one) => one === value);
  const expected = words.length === 1 ? all : `one of ${all}`;
  // Any word is read here, so that the error names the known words.
  const accepts = (value: unknown): boolean => words.some((one) => typeof one === typeof value);
  return {
    expected,
    schema: words.length === 1 ? { const: words[0] } : { enum: words },
    words,
    accepts,
    read: (value, place) => {
      if (is(value)) return value;
      return accepts(value) ? refuseWord(value, place, { words, expected }) : refuseKind(value, place, expected);
    },
  };
}

/**
 * An object of a class, for options of calls.
 *
 * @param what - `a URL`
 */
export function instance<T>(type: abstract new (...args: never[]) => T, what: string): Reader<T> {
  return kind({ expected: what, schema: {}, is: (value): value is T => value instanceof type });
}

/** A function, for options of calls. */
export function callback<T extends (...args: never[]) => unknown>(): Reader<T> {
  return kind({ expected: 'a function', schema: {}, is: (value): value is T => typeof value === 'function' });
}

/** A value that a function of the caller reads. */
export interface Custom<Value, T> {
  /** The expected value, for errors. */
  readonly expected: string;
  readonly schema: Schema;
  /** Whether it is of the right kind. Another kind is refused before {@link read}. */
  readonly is: (value: unknown) => value is Value;
  /** Reads it, and throws its own error. */
  readonly read: (value: Value, path: string) => T;
}

/** A value that a function of the caller reads, which throws its own error, for instance with another code. */
export function custom<Value, T>({ expected, schema, is, read }: Custom<Value, T>): Reader<T> {
  return {
    expected,
    schema,
    accepts: is,
    read: (value, place) => (is(value) ? read(value, place.path) : refuseKind(value, place, expected)),
  };
}

/** Whether a value is a text, for {@link custom}. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Whether a value is a text or a number, for {@link custom}. */
export function isTextOrNumber(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
