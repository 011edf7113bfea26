import { repeatedKey } from '@sb/core';

/** The longest document that is read, in UTF-16 code units. */
const documentMax = 1 << 20;

/** Creates the error for a refused document: what is wrong, what to do, and the cause. */
export type Refuse = (what: string, hint: string, cause?: unknown) => Error;

/**
 * Reads JSON from an untrusted author: with limits on length and depth, and no key twice in an object.
 *
 * @param given - at most 1 MiB
 * @param depthMax - the deepest nesting that is read
 * @throws the error of `refuse`
 */
export function readJson(given: string, depthMax: number, refuse: Refuse): unknown {
  refuseLong(given, refuse);
  const text = withoutMark(given);
  if (isDeep(text, depthMax)) throw refuse(`is nested deeper than ${depthMax}`, 'Correct it.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw refuse(
      `is not JSON: ${cause instanceof Error ? cause.message : 'unknown cause'}`,
      placeIn(text, cause),
      cause,
    );
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw refuse(`has the key ${twice} twice in one object`, 'Leave one of them out.');
  return document;
}

/** Where to look, in lines: an engine of JavaScript counts characters, or only shows what is near. */
function placeIn(text: string, cause: unknown): string {
  const [, position] = /at position (\d+)/.exec(cause instanceof Error ? cause.message : '') ?? [];
  const looks = 'a missing quote or bracket, or a comma too many';
  if (position === undefined) return `Look for ${looks}.`;
  const before = text.slice(0, Number(position)).split('\n');
  return `Look in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}, for ${looks}.`;
}

/** Without the byte order mark that editors for Windows put before a text. */
export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/** @throws the error of `refuse` for a text over 1 MiB */
export function refuseLong(text: string, refuse: Refuse): void {
  if (text.length > documentMax) throw refuse(`has ${text.length} characters`, `At most ${documentMax} are read.`);
}

/**
 * A string, also one without an end: it ends with the text then, so that no text is searched for an end again and again.
 * `source` of the expression, to be part of others.
 */
export const jsonString = String.raw`"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)`;

const brackets = new RegExp(`${jsonString}|[[{]|[\\]}]`, 'gs');

/** Counts brackets outside strings, before a recursive parser sees the text. */
function isDeep(text: string, depthMax: number): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(brackets)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > depthMax) return true;
  }
  return false;
}
