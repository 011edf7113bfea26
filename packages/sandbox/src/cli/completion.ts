import { bashCompletion } from './completion-bash.js';
import { fishCompletion } from './completion-fish.js';
import { zshCompletion } from './completion-zsh.js';
import { misuse } from './usage-error.js';

const shells: Readonly<Record<string, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/**
 * A completion script, made from the table of options.
 *
 * @param shell - `bash`, `zsh` or `fish`
 * @throws UsageError for another
 */
export function completion(shell: string): string {
  const make = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  return make?.() ?? misuse(`there is no completion for ${shell}`, 'Use bash, zsh or fish.');
}
