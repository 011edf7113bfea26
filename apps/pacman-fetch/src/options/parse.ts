import { type Options, parseWords } from '@sb/cli-kit';

import { FetchError } from '../errors.js';
import type { ParsedOptions } from './parsed.js';

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
    ...(name === 'pacman' ? { unknown: "Put -- before pacman's own arguments." } : {}),
  });
  const given = words.options.map(([long, value]) => ({ long, value }));
  return {
    switches: new Set(given.flatMap(({ long, value }) => (value === undefined ? [long] : []))),
    values: new Map(given.flatMap(({ long, value }) => (value === undefined ? [] : [[long, value] as const]))),
    operands: [...words.operands, ...words.behind],
  };
}
