/** A path or a name with a character for each byte (latin1): names need not be UTF-8. */
export type ByteText = string;

/** What is the same as bytes and as a text: nearly all paths. */
const ascii = /^[\0-\x7f]*$/;

/** A text as the bytes that a system call gets of it. */
export function byteText(text: string): ByteText {
  return ascii.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** What such bytes are as a text. What is not UTF-8 in them is replaced, so that the text may name nothing. */
export function shownText(bytes: ByteText): string {
  return ascii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}

/** As {@link shownText}; undefined for what is not UTF-8, which no text names. */
export function exactText(bytes: ByteText): string | undefined {
  const text = shownText(bytes);
  return byteText(text) === bytes ? text : undefined;
}
