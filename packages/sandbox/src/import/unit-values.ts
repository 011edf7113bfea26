/** Values of settings of a unit, by systemd.syntax(7) and systemd.exec(5). */
import type { UnitSetting } from '@sb/seccomp/analysis';

import { refuse } from '../errors.js';

/** Refuses a setting, naming its line. */
export function refuseSetting(
  { name, value, line }: UnitSetting,
  what: string,
  hint = 'Correct the unit, or leave the setting out.',
): never {
  // A line of a unit may have a million characters.
  const setting = `${name}=${value}`.slice(0, 400);
  return refuse(`line ${line}`, `${what}: ${setting}`, hint);
}

/** The words of a value: quotes hold blanks, a backslash takes the next character, and `%%` is one. */
export function wordsOf(setting: UnitSetting): readonly string[] {
  const words: string[] = [];
  const token = /\s*((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'\\]|\\.)+)/gy;
  let end = 0;
  for (const match of setting.value.matchAll(token)) {
    end = match.index + match[0].length;
    words.push((match[1] ?? '').replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\./gs, unquoted));
  }
  if (setting.value.slice(end).trim() !== '')
    refuseSetting(setting, 'has a quote without an end', 'Close the quote, or write a backslash before it.');
  return words.map((word) => plain(word, setting));
}

/** What quotes hold, or an escape stands for. */
function unquoted(token: string): string {
  const inner = /^["']/.test(token) ? token.slice(1, -1) : token;
  return inner.replaceAll(/\\(.)/gs, (_, one: string) => character(one));
}

const character = (one: string): string => ({ n: '\n', t: '\t', s: ' ' })[one] ?? one;

const specifier = 'Write its value; systemctl show prints it. A percent sign is %%.';

/** Specifiers mean something on the machine of the unit only. */
export function plain(text: string, setting: UnitSetting): string {
  if (/%(?!%)/.test(text.replaceAll('%%', '')))
    refuseSetting(setting, 'has a specifier, which only systemd can resolve', specifier);
  return text.replaceAll('%%', '%');
}

/** Factors of sizes, to the base 1024. */
const sizes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
};

/** A number that may have a unit: a size in bytes, or percent. */
export function sizeIn(value: string): number {
  const [, digits, suffix = ''] = /^(\d+)([BKMGTP%]?)$/.exec(value) ?? [];
  return Number(digits) * (sizes[suffix] ?? 1);
}

/** A name or an id. */
export const nameOrId = (word: string): string | number => (/^\d{1,10}$/.test(word) ? Number(word) : word);
