import { nearest } from '../nearest.js';
import { isObject, refuseInherited } from './plain.js';
import { type Place } from './place.js';
import { type Option, type Reader, refuseKind, type Schema, withSchema } from './reader.js';

/** The options of an object: each key with its reader, or with an {@link Option}. */
export type Options<T> = {
  readonly [Key in keyof T]-?: Reader<Exclude<T[Key], undefined>> | Option<Exclude<T[Key], undefined>>;
};

/** An option that must be there. */
export function required<T>(reader: Reader<T>): Option<T> {
  return { reader, required: true };
}

/** An option for which `undefined` is as strict as any value, or does not affect what is allowed. */
export function lenient<T>(reader: Reader<T>): Option<T> {
  return { reader, undefinedIsAbsent: true };
}

/** Keys that a table does not name, for example a right by its bit. */
export interface OtherKeys {
  /** What such a key matches as a whole. */
  readonly name: RegExp;
  readonly reader: Reader;
}

/** What the table of options does not say about an object. */
export interface ObjectRule {
  /** Keys in addition to those of the table. Default: none. */
  readonly others?: OtherKeys;
  /** Keys that people look for here, and where they belong: a sentence each. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/**
 * An object with only these keys, none of them inherited.
 *
 * @param options - the keys
 * @param rule - other keys, and keys that belong elsewhere
 */
export function object<T extends object>(options: Options<T>, { others, elsewhere = {} }: ObjectRule = {}): Reader<T> {
  const other = (key: string): Option | undefined => (others?.name.test(key) === true ? others : undefined);
  const table = new Map(
    Object.entries(options as Readonly<Record<string, Reader | Option>>).map(([key, one]) => [key, optionOf(one)]),
  );
  const keys = [...table.keys()];
  const expected = 'an object';
  const schema = (): Schema => ({
    ...schemaOf(table),
    ...(others === undefined ? {} : { patternProperties: { [others.name.source]: others.reader.schema } }),
  });
  const own: Omit<Reader<T>, 'schema'> = {
    expected,
    parts: { kind: 'object', options: table, others: others?.reader },
    accepts: isObject,
    read: (value, place) => {
      if (!isObject(value)) return refuseKind(value, place, expected);
      refuseInherited(value, place);
      // Without a prototype: a key that was left out is absent, even if Object.prototype has it.
      const result = Object.create(null) as Record<string, unknown>;
      // Each value is read once: the checked value is used, even if a getter would return another one later.
      for (const [key, part] of Object.entries(value)) {
        const option = table.get(key) ?? other(key) ?? refuseUnknown(key, place, { keys, elsewhere });
        if (part === undefined && option.undefinedIsAbsent === true) continue;
        result[key] = option.reader.read(part, place.key(key));
      }
      for (const [key, { required: isRequired }] of table) {
        if (isRequired === true && !Object.hasOwn(result, key)) place.key(key).refuse('is missing', 'Give it a value.');
      }
      return Object.freeze(result) as T;
    },
  };
  return withSchema(own, schema);
}

function optionOf(one: Reader | Option): Option {
  return 'reader' in one ? one : { reader: one };
}

function schemaOf(table: ReadonlyMap<string, Option>): Schema {
  const needed = [...table].filter(([, option]) => option.required === true).map(([key]) => key);
  return {
    type: 'object',
    properties: Object.fromEntries([...table].map(([key, { reader }]) => [key, reader.schema])),
    additionalProperties: false,
    ...(needed.length > 0 ? { required: needed } : {}),
  };
}

interface Known {
  readonly keys: readonly string[];
  readonly elsewhere: Readonly<Record<string, string>>;
}

function refuseUnknown(key: string, place: Place, { keys, elsewhere }: Known): never {
  const where = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  if (where !== undefined) place.key(key).refuse('does not belong here', where);
  const meant = nearest(key, keys);
  const guess = meant === undefined ? '' : `Did you mean "${meant}"? `;
  return place.key(key.slice(0, 60)).refuse('is unknown', `${guess}Use: ${keys.join(', ')}.`);
}
