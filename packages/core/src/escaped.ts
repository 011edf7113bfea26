/** Names of control characters that have one in C. */
const short: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/**
 * A name or a word as it may be shown on a terminal: control characters, those that turn writing around and those that
 * nobody sees are written as escapes, for instance `\x1b`. Everything else stays, also outside ASCII.
 *
 * @param text - anything, for instance a path from a policy
 */
export function escaped(text: string): string {
  if (/^[\x20-\x7E]*$/.test(text)) return text;
  // Category C is control, format, surrogate, private and unassigned; U+2028 and U+2029 separate lines.
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, (character) => short[character] ?? numbered(character));
}

/**
 * A text of several lines, each {@link escaped}.
 *
 * @param text - whose line ends are meant
 */
export function escapedLines(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}

function numbered(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code <= 0xff) return String.raw`\x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? String.raw`\u${digits.padStart(4, '0')}` : String.raw`\u{${digits}}`;
}
