/**
 * Bytes of arguments that every program accepts, with any limit of its stack. A hostile database can name more
 * (execve(2)).
 */
const mostBytes = 64 * 1024;

/** Splits words into the arguments of one program, or of several; at least one. */
export function portionsOf(words: readonly string[]): readonly (readonly string[])[] {
  const portions: string[][] = [[]];
  let bytes = 0;
  for (const word of words) {
    bytes += Buffer.byteLength(word) + 1;
    if (bytes > mostBytes) {
      portions.push([]);
      bytes = Buffer.byteLength(word) + 1;
    }
    portions.at(-1)?.push(word);
  }
  return portions;
}
