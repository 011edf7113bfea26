import { repeatedKey } from '@sb/core';

/** The longest document that is read, in UTF-16 code units. */
const documentMax = 1 << 20;

/** How a document is refused: what is wrong, what to do, and what was thrown for it. */
export type Refuse = (what: string, hint: string, cause?: unknown) => Error;

/**
 * Reads JSON that somebody else may have written: bounded in length and depth, and with no key twice in an object.
 *
 * @param text - at most 1 MiB
 * @param depthMax - the deepest nesting that is read
 * @throws what `refuse` makes
 */
export function readJson(text: string, depthMax: number, refuse: Refuse): unknown {
  if (text.length > documentMax) throw refuse(`has ${text.length} characters`, `At most ${documentMax} are read.`);
  if (isDeep(text, depthMax)) throw refuse(`is nested deeper than ${depthMax}`, 'Correct it.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw refuse(`is no JSON: ${cause instanceof Error ? cause.message : 'unknown cause'}`, 'Correct it.', cause);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw refuse(`has the key ${twice} twice in one object`, 'Leave one of them out.');
  return document;
}

/** Counts brackets outside of strings, before anything recursive sees the text. */
function isDeep(text: string, depthMax: number): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > depthMax) return true;
  }
  return false;
}
