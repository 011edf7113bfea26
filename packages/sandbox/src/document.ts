import { refuse } from './errors.js';

/** Checks of values that may have come as JSON; each names the place that is at fault. */

/** More levels than any document has, and few enough for everything that walks through one. */
const deepest = 32;

/**
 * Objects and lists that have all they have themselves, as from JSON: what lies in a prototype would be checked, and
 * would be missing in the copy that counts.
 */
export function plainAt(value: unknown, path: string, depth = 0): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (depth > deepest) refuse(path.slice(0, 60), 'is nested too deeply', `Stay within ${deepest} levels.`);
  if (!Array.isArray(value) && inherits(value))
    refuse(path, 'has properties that it inherits', 'Give a plain object with all of them.');
  for (const [key, part] of Object.entries(value)) plainAt(part, `${path}.${key}`, depth + 1);
}

/** Whether there is anything in its prototypes but what every object has. */
function inherits(value: object): boolean {
  let from = Object.getPrototypeOf(value) as object | null;
  while (from !== null && Object.getPrototypeOf(from) !== null) {
    if (Reflect.ownKeys(from).some((key) => key !== 'constructor')) return true;
    from = Object.getPrototypeOf(from) as object | null;
  }
  return false;
}

/** An object with only these keys; one that is there and undefined is a mistake, not an absent one. */
export function objectAt(value: unknown, path: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'is no object', 'Give one.');
  for (const [key, part] of Object.entries(value)) {
    if (!keys.includes(key)) refuse(`${path}.${key}`, 'is unknown', `Use: ${keys.join(', ')}.`);
    if (part === undefined) refuse(`${path}.${key}`, 'is undefined', 'Leave it out, or give it a value.');
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A list, each entry checked. */
export function listAt<T>(value: unknown, path: string, entry: (value: unknown, path: string) => T): readonly T[] {
  if (!Array.isArray(value)) return refuse(path, `${text(value)} is no list`, 'Give a list.');
  return Object.freeze(value.map((one, index) => entry(one, `${path}[${index}]`)));
}

/** A text without a NUL, not empty. */
export function textAt(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  return refuse(path, `${text(value)} is no text`, 'Give a text that is not empty and holds no NUL.');
}

/** One of some words. */
export function wordAt<Word>(value: unknown, path: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  return refuse(path, `${text(value)} is unknown`, `Use one of: ${words.join(', ')}.`);
}

/** An integer within bounds, both included. */
export function integerAt(value: unknown, path: string, [min, max]: readonly [min: number, max: number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  return refuse(path, `${text(value)} is no integer from ${min} to ${max}`, 'Correct it.');
}

/** True or false. */
export function booleanAt(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, `${text(value)} is neither true nor false`, 'Correct it.');
}

/** A value as people would write it, cut where it is long. */
export function text(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
