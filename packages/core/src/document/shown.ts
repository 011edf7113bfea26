/** Longest text of a value in an error, in UTF-16 code units. */
const longest = 60;

/**
 * Returns a value as a short text for an error. Control characters are escaped, as in JSON.
 *
 * @param value - anything
 */
export function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function textOf(value: unknown): string {
  if (value === null || typeof value === 'undefined' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value).replaceAll(/[\u007F-\u009F\p{Cf}]/gu, escaped);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value}`;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
