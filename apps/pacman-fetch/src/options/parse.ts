import { parseArgs } from 'node:util';

import { nearest } from '@sb/core';

import { FetchError } from '../errors.js';
import type { ParsedOptions, Options } from './option.js';

/** What every command has. */
export const helpOption = { help: { short: 'h', about: 'this text' } } as const satisfies Options;

/**
 * Reads the arguments of a command.
 *
 * @param name - of the command, for messages; undefined for `-o FILE URL`
 * @param options - of the command
 * @param args - what follows the command's name
 * @throws FetchError `usage` for an option that doesn't exist, lacks its value, has one too many or another than it may
 */
export function parseOptions(name: string | undefined, options: Options, args: readonly string[]): ParsedOptions {
  const all: Options = { ...options, ...helpOption };
  const switches = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  const help = ['pacman-fetch', name, '--help'].filter((word) => word !== undefined).join(' ');
  const usage = (what: string, hint = `Try "${help}".`) => new FetchError('usage', what, hint);
  for (const token of tokensOf(all, args)) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { rawName, value } = token;
    const option = Object.hasOwn(all, token.name) ? all[token.name] : undefined;
    if (option === undefined) {
      const guess = guessOf(nearest(token.name, Object.keys(all)), '--');
      throw usage(`there is no option ${rawName}`, name === 'pacman' ? "Put -- before pacman's own arguments." : guess);
    }
    if (option.value === undefined) {
      if (value !== undefined) throw usage(`${rawName} takes no value`);
      switches.add(token.name);
    } else {
      if (value === undefined) throw usage(`${rawName} needs a ${option.value}`);
      const { words } = option;
      if (words?.includes(value) === false) {
        throw usage(`${rawName} is ${words.join(', ')}, and not "${value}"`, guessOf(nearest(value, words)));
      }
      values.set(token.name, value);
    }
  }
  return { switches, values, operands };
}

function guessOf(meant: string | undefined, before = ''): string | undefined {
  return meant === undefined ? undefined : `Did you mean ${before}${meant}?`;
}

/** parseArgs finds the words; what they may be is checked here, so that the messages are ours. */
function tokensOf(options: Options, args: readonly string[]) {
  const known = Object.entries(options).map(([long, { short, value }]) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [long, { type, ...(short === undefined ? {} : { short }) }] as const;
  });
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}
