/** Words as systemd reads them: `systemd.syntax(7)`, "Quoting", and specifiers. */

/** A word of a setting that takes a list, or of a command line. */
export function unitWord(word: string): string {
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
