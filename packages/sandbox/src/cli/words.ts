import { misuse } from './usage-error.js';

/** A name, or a number where it consists of digits: user names of digits only are refused by useradd(8) too. */
export function nameOrNumber(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** A number in decimal digits. @throws UsageError */
export function integerOf(text: string, option: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : misuse(`--${option} ${text} is not a number`, 'Write it in digits.');
}

/** A file mode creation mask in octal digits. @throws UsageError */
export function octalOf(text: string, option: string): number {
  return /^[0-7]{1,4}$/.test(text)
    ? Number.parseInt(text, 8)
    : misuse(`--${option} ${text} is not an octal number`, 'Write it as umask(1) does: 027.');
}

/** The parts of `NAME=VALUE`; the value is undefined where there is no `=`. */
export function assignment(text: string): readonly [name: string, value: string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
