import { isObject } from './collections.js';
import { object, type Option, required } from './object.js';
import { type Reader, refuseKind } from './reader.js';
import { word } from './scalars.js';

/** The options of each variant, by the word that names it. */
type Variants = Readonly<Record<string, Readonly<Record<string, Reader | Option>>>>;

/**
 * An object of one of several forms, told apart by a word in it.
 *
 * @param tag - the key of that word
 * @param variants - the other keys of each form
 */
export function tagged<T extends object>(tag: string, variants: Variants): Reader<T> {
  const names = Object.keys(variants);
  const readers = new Map(
    names.map((name) => [name, object({ [tag]: required(word([name])), ...variants[name] }) as Reader as Reader<T>]),
  );
  const expected = 'an object';
  return {
    expected,
    schema: { anyOf: [...readers.values()].map(({ schema }) => schema) },
    accepts: isObject,
    read: (value, place) => {
      if (!isObject(value)) return refuseKind(value, place, expected);
      const given = Object.hasOwn(value, tag) ? (value as Readonly<Record<string, unknown>>)[tag] : undefined;
      if (given === undefined) place.key(tag).refuse('is missing', `Give one of: ${names.join(', ')}.`);
      const reader = readers.get(word(names).read(given, place.key(tag)));
      // A getter that gives something else now is refused by the reader's own word.
      return reader === undefined ? refuseKind(value, place, expected) : reader.read(value, place);
    },
  };
}
