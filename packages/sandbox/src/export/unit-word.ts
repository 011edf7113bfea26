/** Words as systemd reads them: `systemd.syntax(7)`, "Quoting", and specifiers. */
import { sandboxError } from '../errors.js';

/**
 * A word of a setting that takes a list, or of a command line.
 *
 * @throws SandboxError `invalid-policy` for a control character other than a newline or a tab: systemd ends a line at some of
 *   them, also in quotes
 */
export function unitWord(word: string): string {
  refuseControl(word.replaceAll(/[\n\t]/g, ''));
  const plain = word.replaceAll('%', '%%');
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  const quoted = plain.replaceAll(
    /[\\"\n\t]/g,
    (one) => ({ '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t' })[one] ?? one,
  );
  return `"${quoted}"`;
}

/** A word of `ExecStart=`, where `$` names a variable. */
export const commandWord = (word: string): string => unitWord(word.replaceAll('$', '$$$$'));

/**
 * A path for a setting that takes one path, without quotes.
 *
 * @throws SandboxError `invalid-policy` for a control character
 */
export function unitPath(path: string): string {
  refuseControl(path);
  if (path.endsWith('\\')) throw refused(path, 'ends with a backslash, which continues a line of a unit');
  return path.replaceAll('%', '%%');
}

function refuseControl(word: string): void {
  if (/\p{Cc}/u.test(word)) throw refused(word, 'has a control character, which a unit cannot contain');
}

function refused(word: string, why: string): Error {
  return sandboxError('invalid-policy', 'export', {
    what: `${JSON.stringify(word)} ${why}`,
    hint: 'Use another word, or start the program from a script that sets it.',
  });
}
