import { completionFor, shells } from '@sb/cli-kit';
import { nearest } from '@sb/core';

import { exitStatus, FetchError } from '../errors.js';
import type { Commands, Subcommand } from '../options/command.js';
import { completedProgram } from './completed.js';

/**
 * `pacman-fetch completion`: a completion script, made from the tables of options.
 *
 * @param commands - every command, this one included
 */
export const completionOf = (commands: Commands): Subcommand => ({
  operands: 'SHELL',
  isOfText: true,
  about: `Prints a completion script for SHELL: ${shells.join(', ')}. To use it now:
  source <(pacman-fetch completion bash)
  pacman-fetch completion fish | source`,
  options: {},
  offers: shells,
  async run({ operands: [shell = '', ...rest] }) {
    const script = completionFor(shell, await completedProgram(commands));
    if (script === undefined || rest.length > 0) {
      const meant = nearest(shell, shells);
      const guess = meant === undefined ? '' : `Did you mean ${meant}? `;
      throw new FetchError(
        'usage',
        'SHELL must be one shell for which a completion exists',
        `${guess}Use one of: ${shells.join(', ')}.`,
      );
    }
    process.stdout.write(script);
    return exitStatus.done;
  },
});
