/** Names of control characters that have one in C. */
const short: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/**
 * Returns a name or a word so that a terminal can show it. Control characters, characters that reverse the writing direction
 * and invisible ones become escapes, for instance `\x1b`. Everything else stays, also outside ASCII.
 *
 * @param text - any text, for instance a path from a policy
 */
export function escaped(text: string): string {
  if (/^[\x20-\x7E]*$/.test(text)) return text;
  // Category C is control, format, surrogate, private and unassigned; U+2028 and U+2029 separate lines.
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, (character) => short[character] ?? numbered(character));
}

/**
 * Returns a text of several lines, with each line {@link escaped}.
 *
 * @param text - its line ends are kept
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
