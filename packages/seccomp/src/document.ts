import { invalid } from './errors.js';

/** How many entries a list of a policy may have; the kernel's limit on instructions is 4,096. */
const listMax = 4096;

/**
 * Checks that a value is an object with no other keys than these: a misspelt key would silently weaken the filter.
 *
 * @param path - its place in the document, for the error
 */
export function objectAt(value: unknown, path: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(path, `is no object: ${show(value)}`, `Give an object with ${keys.join(', ')}.`);
  }
  const other = Object.keys(value).find((key) => !keys.includes(key));
  if (other !== undefined) {
    throw invalid(
      `${path}.${other.slice(0, 60)}`,
      'is an unknown key',
      `Leave it out, or correct it: ${keys.join(', ')}.`,
    );
  }
  // Own properties only: nothing that anything inherits may count.
  return Object.assign(Object.create(null) as Record<string, unknown>, value);
}

/** Checks a list and each of its entries. An absent list is an empty one. */
export function listAt<Entry>(
  value: unknown,
  path: string,
  entry: (value: unknown, path: string) => Entry,
): readonly Entry[] {
  if (value === undefined) return Object.freeze([]);
  if (!Array.isArray(value)) throw invalid(path, `is no list: ${show(value)}`, 'Give a list, if only of one.');
  if (value.length > listMax) throw invalid(path, `has ${value.length} entries`, `Give at most ${listMax}.`);
  return Object.freeze(Array.from(value, (item: unknown, index) => entry(item, `${path}[${index}]`)));
}

/** Checks that a value is one of some words. */
export function wordAt<Word extends string>(value: unknown, path: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw invalid(path, `is none of the known words: ${show(value)}`, `Use one of: ${words.join(', ')}.`);
}

/** A list's entries, each once, in order. */
export function sortedOnce<Entry extends string>(list: readonly Entry[]): readonly Entry[] {
  return Object.freeze([...new Set(list)].sort());
}

/** A value as short text for an error. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
