import { type Charset, printable } from './text.js';
import { withoutHost } from './without-host.js';

/** How messages are written. */
export interface MessageStyle {
  readonly color: boolean;
  readonly charset: Charset;
}

const bold = '\u001B[1m';
const reset = '\u001B[0m';
/** pacman's colours: red, yellow, blue. */
const colors = { error: '\u001B[1;31m', warning: '\u001B[1;33m', heading: '\u001B[1;34m' } as const;

/**
 * `error: …` or `warning: …`, and the hint in a second line.
 *
 * @param kind - error or warning
 * @param message - the text, and a hint
 * @param style - of the stream
 * @returns lines with their ends
 */
export function message(
  kind: 'error' | 'warning',
  { text, hint }: { readonly text: string; readonly hint?: string | undefined },
  style: MessageStyle,
): string {
  const prefix = `${kind}:`;
  const head = style.color ? `${colors[kind]}${prefix}${reset}` : prefix;
  const lines = text.split('\n').map((line) => printable(line, style.charset));
  const help = hint === undefined ? '' : `       ${printable(hint, style.charset)}\n`;
  return `${head} ${lines.join('\n')}\n${help}`;
}

/** `:: …`, the heading of each part of pacman's work. */
export function heading(text: string, { color, charset }: MessageStyle): string {
  const line = printable(text, charset);
  return color ? `${colors.heading}::${reset}${bold} ${line}${reset}\n` : `:: ${line}\n`;
}

/** pacman's message about a server that failed. */
export function serverFailure({ name, host, reason }: Readonly<Record<'name' | 'host' | 'reason', string>>): string {
  return `failed retrieving file '${name}' from ${host} : ${withoutHost(reason, host)}`;
}

/** A file's name as pacman shows it: without the extension of a package or a database. */
export function labelOf(name: string): string {
  return name.replace(/\.part$/, '').replace(/(?<=.)\.(?:pkg\.tar(?:\.[a-z0-9]+)?|db|files)$/, '');
}
