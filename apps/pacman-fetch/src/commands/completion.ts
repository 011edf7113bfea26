import { nearest } from '@sb/core';

import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { type Completable, completables } from '../completion/words.js';
import { zshCompletion } from '../completion/zsh.js';
import { exitStatus, FetchError } from '../errors.js';
import type { Commands, Subcommand } from '../options/command.js';

const shells: Readonly<Record<string, (all: readonly Completable[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const names = Object.keys(shells);

/**
 * `pacman-fetch completion`: a completion script, made from the tables of options.
 *
 * @param commands - every command, this one included
 */
export const completionOf = (commands: Commands): Subcommand => ({
  operands: 'SHELL',
  about: `Prints a completion script for SHELL: ${names.join(', ')}. To use it now:
  source <(pacman-fetch completion bash)
  pacman-fetch completion fish | source`,
  options: {},
  offers: names,
  async run({ operands: [shell = '', ...rest] }) {
    const make = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    if (make === undefined || rest.length > 0) {
      const meant = nearest(shell, names);
      const guess = meant === undefined ? '' : `Did you mean ${meant}? `;
      throw new FetchError(
        'usage',
        'SHELL must be one shell that there is a completion for',
        `${guess}Use one of: ${names.join(', ')}.`,
      );
    }
    process.stdout.write(make(await completables(commands)));
    return exitStatus.done;
  },
});
