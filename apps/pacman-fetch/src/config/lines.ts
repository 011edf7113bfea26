/** Bytes of a line that pacman reads at once: its buffer is PATH_MAX, with the terminating NUL. */
const lineBytes = 4095;

/** A line without the white space around it. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a file as fgets(3) and pacman's own trimming give them: what follows a NUL is lost, a line that is
 * longer than the buffer is several, and white space is what `isspace` takes for it in the C locale. Empty lines and
 * comments are left out.
 *
 * @param bytes - of the whole file; what is no UTF-8 becomes U+FFFD
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

/** Without the white space around it; a no-break space is none, other than for `trim`. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+/, '').replace(/(?<![ \t\n\v\f\r])[ \t\n\v\f\r]+$/, '');
}
