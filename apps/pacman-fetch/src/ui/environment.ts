import type { Charset } from './text.js';

/** Values of `--color`. */
export const colorChoices = ['auto', 'always', 'never'] as const;

/** When to write in colours; `auto` means into a terminal. */
export type ColorChoice = (typeof colorChoices)[number];

/** The environment, as `process.env`. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to write in colours. Without a choice, `NO_COLOR` (no-color.org) and a terminal without colours decide.
 *
 * @param choice - from the command line
 * @param isTerminal - whether the stream is a terminal
 * @param env - the environment
 */
export function wantsColor(choice: ColorChoice, isTerminal: boolean, env: Environment): boolean {
  if (choice !== 'auto') return choice === 'always';
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** The charset of the locale: the first of LC_ALL, LC_CTYPE and LANG that is set decides (locale(7)). */
export function charsetOf(env: Environment): Charset {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return locale !== undefined && /\.utf-?8(?:@|$)/i.test(locale) ? 'utf8' : 'ascii';
}

/** Whether a terminal wraps its lines again when it becomes narrower. xterm and the Linux console cut them off. */
export function reflows(env: Environment): boolean {
  return env['XTERM_VERSION'] === undefined && env['TERM'] !== 'linux';
}
