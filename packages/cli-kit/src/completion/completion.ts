import { bashCompletion } from './bash.js';
import type { Completed } from './completable.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** A shell that there is a completion for. */
export type Shell = keyof typeof scripts;

/** Their names. */
export const shells = Object.keys(scripts) as readonly Shell[];

/**
 * A completion script, made from tables of options.
 *
 * @param shell - what the user has written
 * @param completed - the program
 * @returns undefined for a shell that there is none for
 */
export function completionFor(shell: string, completed: Completed): string | undefined {
  const known = shells.find((one) => one === shell);
  return known && scripts[known](completed);
}
