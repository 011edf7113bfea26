import { parseArgs } from 'node:util';

import { nearest } from '@sb/core';

import { optionNames, type OptionName, optionOf } from './options.js';
import { misuse } from './usage-error.js';

/** What the command line says. */
export class Arguments {
  readonly #values: ReadonlyMap<OptionName, readonly string[]>;
  /** The program and its arguments; empty where none was given. */
  readonly command: readonly string[];

  constructor(values: ReadonlyMap<OptionName, readonly string[]>, command: readonly string[]) {
    this.#values = values;
    this.command = command;
  }

  /** Whether an option was given. */
  has(name: OptionName): boolean {
    return this.#values.has(name);
  }

  /** The value of an option that is given once; empty for one whose value may be left out, and was. */
  one(name: OptionName): string | undefined {
    return this.#values.get(name)?.[0];
  }

  /** The values of an option, in turn. */
  all(name: OptionName): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The same where each value may be a list with commas. */
  list(name: OptionName): readonly string[] {
    return this.all(name).flatMap((value) => {
      const parts = value.split(',');
      return parts.includes('') ? misuse(`--${name} ${value} has an empty part`, 'Write LIST as a,b,c.') : parts;
    });
  }
}

/**
 * Reads the command line. Options end at the first `--`; all that follows is the command's, unread.
 *
 * @param argv - without Node and the script
 * @throws UsageError for an option that doesn't exist, lacks its value, has one too many or is given twice
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const values = new Map<OptionName, string[]>();
  for (const [name, value] of tokensOf(own)) {
    const before = values.get(name) ?? [];
    if (before.length > 0 && optionOf(name).repeatable !== true) misuse(`--${name} is given twice`, 'Leave one out.');
    values.set(name, [...before, value]);
  }
  return new Arguments(values, end < 0 ? [] : argv.slice(end + 1));
}

/** parseArgs finds the words; what they may be is checked here, so that the messages are ours. */
function tokensOf(args: readonly string[]): readonly (readonly [name: OptionName, value: string])[] {
  const takesNext = (name: OptionName) => optionOf(name).value !== undefined && optionOf(name).optionalValue !== true;
  const known = optionNames.map((name) => [name, { type: takesNext(name) ? 'string' : 'boolean' }] as const);
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(known), help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.map((token) => {
    if (token.kind === 'positional') {
      return misuse(
        `${JSON.stringify(token.value)} is no option`,
        'Put -- before the command; --report takes a file as --report=FILE.',
      );
    }
    if (token.kind === 'option-terminator') return misuse('-- is out of place', 'Put it before the command.');
    const name = optionNames.find((one) => one === token.name) ?? unknown(token.rawName);
    return [name, valueOf(name, token.value, token.inlineValue === true)];
  });
}

function valueOf(name: OptionName, value: string | undefined, inline: boolean): string {
  const { value: placeholder, optionalValue } = optionOf(name);
  if (placeholder === undefined) {
    return value === undefined ? '' : misuse(`--${name} takes no value`, `Write it as --${name} only.`);
  }
  if (value === undefined && optionalValue === true) return '';
  // The next word may be an option that was meant as one.
  if (value === undefined || value === '' || (!inline && value.startsWith('-'))) {
    const forms = [...(optionalValue === true ? [] : [`--${name} ${placeholder}`]), `--${name}=${placeholder}`];
    return misuse(`--${name} needs a value`, `Write ${forms.join(', or ')}.`);
  }
  return value;
}

function unknown(written: string): never {
  const guess = nearest(written.replace(/^-+/, ''), optionNames);
  const hint = guess === undefined ? 'sb-run --help lists all.' : `Did you mean --${guess}?`;
  return misuse(`there is no option ${written}`, hint);
}
