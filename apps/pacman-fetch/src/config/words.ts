/**
 * Splits a list. pacman splits at spaces only, so a tab belongs to a part.
 *
 * @param value - of a directive, trimmed
 */
export function listOf(value: string): readonly string[] {
  return value.split(' ').filter((part) => part !== '');
}

/**
 * Splits a command into words as pacman does for XferCommand: at white space, and without a shell.
 *
 * Between quotes, only a backslash before that quote is special. Outside, a backslash before a quote gives the quote.
 *
 * @returns undefined if a quote is not closed
 */
export function wordsOf(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = withoutLeading(command);
  while (rest !== '') {
    const [word = ''] = wordPattern.exec(rest) ?? [];
    const behind = rest.slice(word.length);
    rest = withoutLeading(behind);
    // A rest that directly follows a word is a quote that is not closed.
    if (rest === behind && rest !== '') return undefined;
    words.push(word.replaceAll(partPattern, plain));
  }
  return words;
}

/** A part in quotes, a quote behind a backslash, or one character. */
const part = String.raw`"(?:\\"|[^"\\]|\\(?!"))*"|'(?:\\'|[^'\\]|\\(?!'))*'|\\["']|[^ \t\n\v\f\r"']`;
const partPattern = new RegExp(part, 'g');
const wordPattern = new RegExp(`^(?:${part})+`);

function plain(text: string): string {
  const quote = text.charAt(0);
  if (quote === '"' || quote === "'") return text.slice(1, -1).replaceAll(`\\${quote}`, quote);
  return text.length > 1 ? text.slice(1) : text;
}

function withoutLeading(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+/, '');
}
