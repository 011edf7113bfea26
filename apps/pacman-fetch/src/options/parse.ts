import { type Options, parseWords, type Words } from '@sb/cli-kit';

import { FetchError } from '../errors.js';

/** What was given on the command line; what follows a `--` is among the operands. */
export type ParsedOptions = Pick<Words, 'switches' | 'values' | 'operands'>;

/** What every command has. */
export const helpOption = { help: { short: 'h', about: 'this text' } } as const satisfies Options;

/**
 * Reads the arguments of a command. Of an option that is there twice the last counts, as for pacman.
 *
 * @param name - of the command, for messages; undefined for `-o FILE URL`
 * @param options - of the command
 * @param args - what follows the command's name
 * @throws FetchError `usage` for an option that doesn't exist, lacks its value, has one too many or another than it may
 */
export function parseOptions(name: string | undefined, options: Options, args: readonly string[]): ParsedOptions {
  const program = ['pacman-fetch', name].filter((word) => word !== undefined).join(' ');
  const words = parseWords({ ...options, ...helpOption }, args, {
    refuse: (what, hint) => {
      throw new FetchError('usage', what, hint);
    },
    help: `Try "${program} --help".`,
    ...(name === 'pacman' ? { unknown: "Put -- before pacman's own arguments, and all of those behind it." } : {}),
  });
  return { ...words, operands: [...words.operands, ...words.behind] };
}
