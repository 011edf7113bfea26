import { type Options, parseWords, type Words } from '@sb/cli-kit';

import { FetchError } from '../errors.js';

/** The contents of the command line; words after a `--` are operands. */
export type ParsedOptions = Pick<Words, 'switches' | 'values' | 'operands'>;

/** The option of every command. */
export const helpOption = { help: { short: 'h', about: 'print this text' } } as const satisfies Options;

/**
 * Reads the arguments of a command. If an option occurs twice, the last counts, as in pacman.
 *
 * @param name - of the command, for messages; undefined for `-o FILE URL`
 * @param options - of the command
 * @param args - the words after the command's name
 * @throws FetchError `usage` for an unknown option, a missing value, a value too many, or an invalid value
 */
export function parseOptions(name: string | undefined, options: Options, args: readonly string[]): ParsedOptions {
  const program = ['pacman-fetch', name].filter((word) => word !== undefined).join(' ');
  const words = parseWords({ ...options, ...helpOption }, args, {
    refuse: (what, hint) => {
      throw new FetchError('usage', what, hint);
    },
    help: `Try "${program} --help".`,
    ...(name === 'pacman' ? { unknown: "Put -- before pacman's own arguments." } : {}),
  });
  return { ...words, operands: [...words.operands, ...words.behind] };
}
