/** The most bytes of a line that pacman reads at once: its buffer is PATH_MAX, with the terminating NUL. */
const lineBytes = 4095;

/** A line without the white space around it. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * Returns the lines of a file as fgets(3) and the trimming of pacman give them. Empty lines and comments are left out.
 *
 * What follows a NUL is lost. A line that is longer than the buffer becomes several. White space is that of `isspace`
 * in the C locale.
 *
 * @param bytes - of the whole file; bytes that are not UTF-8 become U+FFFD
 */
export function linesOf(bytes: Buffer): readonly Line[] {
  // One character a byte, so that lengths are those of the file.
  const lines = bytes.toString('latin1').split('\n');
  return lines.flatMap((line, index) =>
    pieces(line)
      .map((piece) => ({ number: index + 1, text: trimmed(utf8(piece.split('\0', 1)[0] ?? '')) }))
      .filter(({ text }) => text !== '' && !text.startsWith('#')),
  );
}

function pieces(line: string): readonly string[] {
  if (line.length <= lineBytes) return [line];
  return Array.from({ length: Math.ceil(line.length / lineBytes) }, (_, index) =>
    line.slice(index * lineBytes, (index + 1) * lineBytes),
  );
}

function utf8(latin1: string): string {
  return /^[\0-\x7F]*$/.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8');
}

/** Removes the white space around a text. Unlike for `trim`, a no-break space is not white space. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+/, '').replace(/(?<![ \t\n\v\f\r])[ \t\n\v\f\r]+$/, '');
}
