import { bashCompletion } from './bash.js';
import type { Completed } from './completable.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** A shell with a completion script. */
export type Shell = keyof typeof scripts;

/** The names of these shells. */
export const shells = Object.keys(scripts) as readonly Shell[];

/**
 * Returns a completion script, made from tables of options.
 *
 * @param shell - the word of the user
 * @param completed - the program
 * @returns undefined for any other shell
 */
export function completionFor(shell: string, completed: Completed): string | undefined {
  const known = shells.find((one) => one === shell);
  return known && scripts[known](completed);
}
