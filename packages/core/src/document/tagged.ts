import { object, required } from './object.js';
import { isObject } from './plain.js';
import { type Option, type Reader, refuseKind, type Schema, withSchema } from './reader.js';
import { word } from './scalars.js';

/** The options of each variant, by the word that names it. */
type Variants = Readonly<Record<string, Readonly<Record<string, Reader | Option>>>>;

/**
 * An object of one of several forms, which a word in it identifies.
 *
 * @param tag - the key of that word
 * @param variants - the other keys of each form
 */
export function tagged<T extends object>(tag: string, variants: Variants): Reader<T> {
  const names = Object.keys(variants);
  const tags = word(names);
  const readers = new Map(
    names.map((name) => [name, object({ [tag]: required(word([name])), ...variants[name] }) as Reader as Reader<T>]),
  );
  const expected = 'an object';
  const wordOf = (value: object): unknown =>
    Object.hasOwn(value, tag) ? (value as Readonly<Record<string, unknown>>)[tag] : undefined;
  const formOf = (value: unknown): Reader<T> | undefined =>
    isObject(value) ? readers.get(String(wordOf(value))) : undefined;
  const own: Omit<Reader<T>, 'schema'> = {
    expected,
    parts: { kind: 'forms', forms: [...readers.values()], formOf },
    accepts: isObject,
    read: (value, place) => {
      if (!isObject(value)) return refuseKind(value, place, expected);
      if (!Object.hasOwn(value, tag)) place.key(tag).refuse('is missing', `Give one of: ${names.join(', ')}.`);
      const reader = readers.get(tags.read(wordOf(value), place.key(tag)));
      // If a getter now returns something else, the reader's own word refuses it.
      return reader === undefined ? refuseKind(value, place, expected) : reader.read(value, place);
    },
  };
  return withSchema(own, () => ({ anyOf: formsOf(tag, variants) }));
}

/** Makes one schema for all words whose other keys are the same, so that an editor offers these words in one list. */
function formsOf(tag: string, variants: Variants): readonly Schema[] {
  const groups = new Map<string, readonly string[]>();
  for (const [name, options] of Object.entries(variants)) {
    const others = JSON.stringify(object(options).schema);
    groups.set(others, [...(groups.get(others) ?? []), name]);
  }
  return [...groups.values()].map(
    (names) => object({ [tag]: required(word(names)), ...variants[names[0] ?? ''] }).schema,
  );
}
