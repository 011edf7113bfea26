import { eastAsianWidth } from 'get-east-asian-width';

/** What a terminal can show. */
export type Charset = 'ascii' | 'utf8';

/**
 * Returns a text that cannot affect a terminal: without control characters, escape sequences, and invisible characters
 * that change the writing direction. In ASCII every other character becomes a question mark.
 *
 * @param text - anything, for instance the name of a file on a mirror
 */
export function printable(text: string, charset: Charset): string {
  if (/^[\x20-\x7E]*$/.test(text)) return text;
  // Category C is control, format, surrogate, private and unassigned; U+2028 and U+2029 separate lines.
  if (charset === 'utf8') return text.replaceAll(/[\p{C}\u2028\u2029]/gu, '\uFFFD');
  return text.replaceAll(/[^\x20-\x7E]/gu, '?');
}

/**
 * Columns of a printable text in a terminal: two for wide East Asian characters (UAX #11) and for emoji, none for
 * marks.
 *
 * @param text - from {@link printable}
 */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  return graphemesOf(text).reduce((sum, grapheme) => sum + graphemeColumns(grapheme), 0);
}

/**
 * A text in exactly the given columns: filled with blanks, or cut and ended by three dots as in pacman.
 *
 * @param text - from {@link printable}
 * @param columns - how many
 */
export function fit(text: string, columns: number): string {
  const width = columnsOf(text);
  if (width <= columns) return `${text}${' '.repeat(columns - width)}`;
  if (columns <= 3) return '.'.repeat(Math.max(0, columns));
  let kept = '';
  let used = 0;
  for (const grapheme of graphemesOf(text)) {
    const next = graphemeColumns(grapheme);
    if (used + next > columns - 3) break;
    kept += grapheme;
    used += next;
  }
  return `${kept}...${' '.repeat(columns - 3 - used)}`;
}

let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): readonly string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeColumns(grapheme: string): number {
  if (/^\p{M}+$/u.test(grapheme)) return 0;
  // A variation selector makes an emoji wide, and nothing else: after a blank it has no effect.
  if (/\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u.test(grapheme)) return 2;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}
