import { refuse } from './errors.js';

/** What a value may be. */
const kinds = {
  boolean: (value: unknown) => typeof value === 'boolean',
  number: (value: unknown) => typeof value === 'number',
  list: (value: unknown) => Array.isArray(value),
  object: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
} as const;

/** The keys that an object may have, and what each holds. */
export type Shape = Readonly<Record<string, keyof typeof kinds>>;

/**
 * Checks that an object has only keys that are known, each with a value of its kind. A key that is there and undefined
 * is refused as well: whoever wrote `net: { connectTcp: ports }` meant to restrict it, whatever became of `ports`.
 *
 * @throws LandlockError `invalid-policy`
 */
export function checkShape(value: unknown, what: string, shape: Shape): void {
  if (!kinds.object(value)) refuse(`${what} is no object`, `Give an object with ${Object.keys(shape).join(', ')}.`);
  for (const [key, part] of Object.entries(value as object) as [string, unknown][]) {
    const kind = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (kind === undefined) {
      refuse(`${what} has no ${JSON.stringify(key)}`, `Use one of: ${Object.keys(shape).join(', ')}.`);
    }
    if (!kinds[kind](part)) refuse(`${key} of ${what} is ${text(part)}, no ${kind}`, 'Correct it, or leave it out.');
  }
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
