/** The settings of a unit of systemd, by systemd.syntax(7). */
import { seccompError } from '../errors.js';
import { withoutMark } from '../policy/json-text.js';

/** A setting as it stands in a file. */
export interface UnitSetting {
  readonly name: string;
  readonly value: string;
  /** Number of the line that it begins on, from 1. */
  readonly line: number;
}

/** As many characters as a unit is read of: systemd's own limit for a line. */
const longest = 1 << 20;

/** Refuses a unit. @param line - number of the line at fault, 0 for all of it */
export function unitRefusal(line: number, what: string, hint = 'Correct the unit.'): Error {
  const path = line === 0 ? 'unit' : `line ${line}`;
  return seccompError('invalid-profile', 'systemd', { what: `${path} ${beginningOf(what)}`, hint, path });
}

/** What is said of a mistake: a word of a unit may have a million characters. */
const beginningOf = (what: string): string => (what.length > 400 ? `${what.slice(0, 400)}…` : what);

/**
 * Reads the settings of a service, in turn. A name may stand there more than once. Settings of other sections are left out,
 * and so are comments. A file without sections is one of `[Service]`; in a file with sections, systemd ignores what stands before
 * the first, and lines that are not UTF-8.
 *
 * @param text - at most 1 MiB
 * @throws SeccompError `invalid-profile`, with the number of the line in `path`
 */
export function unitSettings(text: string): readonly UnitSetting[] {
  if (text.length > longest) throw unitRefusal(0, `has ${text.length} characters`, `At most ${longest} are read.`);
  if (text.includes('\0')) throw unitRefusal(0, 'has a NUL', 'Give the text of a unit.');
  const settings: UnitSetting[] = [];
  let [section, hasSection] = ['Service', false];
  for (const { line, text: one } of logicalLines(withoutMark(text))) {
    const header = /^\[([^\]]*)\]$/.exec(one)?.[1];
    if (header === undefined && one.startsWith('['))
      throw unitRefusal(line, 'is not the header of a section', 'Write [Service] alone on its line.');
    if (header !== undefined && !hasSection && settings[0] !== undefined)
      throw unitRefusal(
        settings[0].line,
        'stands before the first section',
        'Move it into [Service]: systemd ignores it here.',
      );
    if (header !== undefined) [section, hasSection] = [header, true];
    if (header !== undefined || section !== 'Service') continue;
    settings.push(settingOf(one, line));
  }
  return settings;
}

/** @throws SeccompError `invalid-profile` for what systemd would not read as a setting */
function settingOf(text: string, line: number): UnitSetting {
  const at = text.indexOf('=');
  if (at < 1)
    throw unitRefusal(
      line,
      'is not NAME=VALUE',
      'Write a setting such as SystemCallFilter=@system-service, or # before a comment.',
    );
  if (text.includes(replacement))
    throw unitRefusal(line, 'is not UTF-8', 'Correct its encoding: systemd ignores such a line.');
  return { name: trimmed(text.slice(0, at)), value: trimmed(text.slice(at + 1)), line };
}

/** What bytes that are not UTF-8 become. */
const replacement = '\uFFFD';

/** Without the blanks of systemd (`WHITESPACE`): others, such as a no-break space, are part of a word. */
const trimmed = (text: string): string => text.replace(/^[ \t\n\r]+/, '').replace(/(?<![ \t\n\r])[ \t\n\r]+$/, '');

interface Line {
  readonly line: number;
  readonly text: string;
}

/**
 * Lines with those that continue them: a backslash at the end of a line, which no other backslash escapes, joins the next line to
 * it. Comments within are left out, as in systemd (src/shared/conf-parser.c, `read_line`).
 */
function logicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let open: { readonly line: number; readonly parts: string[] } | undefined;
  for (const [index, raw] of text.split(/\r\n|\n\r|\n|\r/).entries()) {
    const own = raw.replace(/^[ \t]+/, '');
    if (/^[#;]/.test(own) || (own === '' && open === undefined)) continue;
    open ??= { line: index + 1, parts: [] };
    const isOpen = continues(own);
    open.parts.push(isOpen ? `${own.slice(0, -1)} ` : own);
    if (isOpen) continue;
    lines.push(joined(open));
    open = undefined;
  }
  return open === undefined ? lines : [...lines, joined(open)];
}

const joined = ({ line, parts }: { readonly line: number; readonly parts: readonly string[] }): Line => ({
  line,
  text: trimmed(parts.join('')),
});

/** Whether the last backslash is not escaped by the one before it. What is joined before ends with a blank. */
function continues(text: string): boolean {
  let backslashes = 0;
  while (text[text.length - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** What switches mean, by systemd.syntax(7); undefined for other words. */
export function unitSwitch(value: string): boolean | undefined {
  if (/^(?:1|yes|y|true|t|on)$/i.test(value)) return true;
  return /^(?:0|no|n|false|f|off)$/i.test(value) ? false : undefined;
}

/** Words of a setting that takes a list, since it was last emptied. */
export function unitWords(
  settings: readonly UnitSetting[],
): readonly { readonly word: string; readonly line: number }[] {
  const since = settings.slice(settings.findLastIndex(({ value }) => value === '') + 1);
  return since.flatMap(({ value, line }) => wordsIn(value).map((word) => ({ word, line })));
}

/** The words of a value without quotes. */
export const wordsIn = (value: string): readonly string[] => value.split(/[ \t\n\r]+/).filter(Boolean);
