import { parseWords } from '@sb/cli-kit';

import { type OptionName, optionOf, options } from './options.js';
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
  const values = new Map<OptionName, string[]>();
  const { options: given, behind } = parseWords(options, argv, { refuse: misuse, refuseOperand, help });
  for (const [name, value = ''] of given) {
    const before = values.get(name) ?? [];
    if (before.length > 0 && optionOf(name).repeatable !== true) misuse(`--${name} is given twice`, 'Leave one out.');
    values.set(name, [...before, value]);
  }
  return new Arguments(values, behind);
}

const help = 'sb-run --help lists all.';

function refuseOperand(word: string): never {
  return misuse(
    `${JSON.stringify(word)} is not an option`,
    'Put -- before the command; --report takes a file as --report=FILE.',
  );
}
