import { parseWords } from '@sb/cli-kit';

import { type OptionName, optionOf, options } from './options.js';
import { misuse } from './usage-error.js';

/** The parsed command line. */
export class Arguments {
  readonly #values: ReadonlyMap<OptionName, readonly string[]>;
  /** The program and its arguments; empty if none is given. */
  readonly command: readonly string[];

  constructor(values: ReadonlyMap<OptionName, readonly string[]>, command: readonly string[]) {
    this.#values = values;
    this.command = command;
  }

  /** Whether an option was given. */
  has(name: OptionName): boolean {
    return this.#values.has(name);
  }

  /** The value of an option that may occur once; empty if an optional value is left out. */
  one(name: OptionName): string | undefined {
    return this.#values.get(name)?.[0];
  }

  /** The values of an option, in their order. */
  all(name: OptionName): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The same if each value may be a list with commas. */
  list(name: OptionName): readonly string[] {
    return this.all(name).flatMap((value) => {
      const parts = value.split(',');
      return parts.includes('') ? misuse(`--${name} ${value} has an empty part`, 'Write LIST as a,b,c.') : parts;
    });
  }
}

/**
 * Parses the command line. Options end at the first `--`; the words after it belong to the command, and are not parsed.
 *
 * @param argv - without Node and the script
 * @throws UsageError for an unknown option, a missing value, a value too many, or an option that occurs twice
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const values = new Map<OptionName, string[]>();
  const { options: given, behind } = parseWords(options, argv, { refuse: misuse, refuseOperand, help });
  for (const [name, value = ''] of given) {
    const before = values.get(name) ?? [];
    if (before.length > 0 && optionOf(name).repeatable !== true) misuse(`--${name} is given twice`, 'Leave one out.');
    values.set(name, [...before, value]);
  }
  return new Arguments(values, behind);
}

const help = 'sb-run --help lists all options.';

function refuseOperand(word: string): never {
  return misuse(
    `${JSON.stringify(word)} is not an option`,
    'Put -- before the command. Quote an attempt of --why. Write files with =: --report=FILE, --denials=FILE.',
  );
}
