import { maxId } from '../policy/documents.js';
import { misuse } from './usage-error.js';

/**
 * A name, or an id if it consists of digits: useradd(8) also refuses user names of only digits.
 *
 * @param text - of the option, or a part of it
 * @param option - for the message
 * @throws UsageError for a number that is not an id
 */
export function nameOrId(text: string, option: string): string | number {
  if (!/^\d+$/.test(text)) return text;
  return Number(text) <= maxId ? Number(text) : misuse(`--${option} ${text} is not an id`, `The largest is ${maxId}.`);
}

/** A number in decimal digits. @throws UsageError */
export function integerOf(text: string, option: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : misuse(`--${option} ${text} is not a number`, 'Write it in digits.');
}

/** Limits that count bytes (setrlimit(2)). */
const inBytes: ReadonlySet<string> = new Set(['fsize', 'data', 'stack', 'core', 'rss', 'memlock', 'as', 'msgqueue']);

/** The factors of letters, as in ulimit(1) and systemd: powers of 1024. */
const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Parses a limit: a number in digits. A limit in bytes may have K, M, G or T, each a factor of 1024.
 *
 * @param text - for instance `2G`
 * @param name - of the limit
 * @throws UsageError
 */
export function limitOf(text: string, name: string): number {
  const value = bytesIn(text);
  if (value !== undefined && /\D$/.test(text) && !inBytes.has(name))
    return misuse(`--rlimit ${name}=${text} has a unit, but ${name} is not in bytes`, 'Write it in digits.');
  if (value !== undefined) return value;
  return misuse(
    `--rlimit ${name}=${text} is not a number`,
    inBytes.has(name) ? 'Write it in digits, with or without K, M, G or T.' : 'Write it in digits.',
  );
}

/**
 * A size in bytes: a number in digits, which may have K, M, G or T, each a factor of 1024.
 *
 * @throws UsageError
 */
export function sizeOf(text: string, option: string): number {
  const value = bytesIn(text);
  return value ?? misuse(`--${option} ${text} is not a size`, 'Write it in digits, with or without K, M, G or T.');
}

/** Undefined if it is not a size. */
function bytesIn(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})([KMGT]?)$/i.exec(text) ?? [];
  const value = Number(digits) * (units[unit.toUpperCase()] ?? 1);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Percent of one processor, as in systemd: `50%`. @throws UsageError */
export function percentOf(text: string, option: string): number {
  const [, digits] = /^(\d{1,9})%$/.exec(text) ?? [];
  return digits === undefined
    ? misuse(`--${option} ${text} is not a percentage`, 'Write it in digits and %: 50% is half of one processor.')
    : Number(digits);
}

/** A file mode creation mask in octal digits. @throws UsageError */
export function octalOf(text: string, option: string): number {
  return /^[0-7]{1,4}$/.test(text)
    ? Number.parseInt(text, 8)
    : misuse(`--${option} ${text} is not an octal number`, 'Write it as umask(1) does: 027.');
}

/** Splits `NAME=VALUE`; the value is undefined without a `=`. */
export function assignment(text: string): readonly [name: string, value: string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
