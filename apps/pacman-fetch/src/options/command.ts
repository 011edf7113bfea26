import type { Options } from '@sb/cli-kit';

import type { ParsedOptions } from './parse.js';

/** One command of the program. Parsing, help and completions read its table of options. */
export interface Subcommand {
  /** The words after the options in the first line of the help, for instance `[DIRECTIVE…]`. */
  readonly operands?: string;
  /** Words that may follow the options, for completions. */
  readonly offers?: readonly string[];
  /** Commands that list such words, one a line, for completions. */
  readonly listedBy?: readonly string[];
  /** The program whose own arguments follow `--`, for completions. */
  readonly behind?: string;
  /** The description: lines of at most 80 columns, without a line feed at the end. */
  readonly about: string;
  /** Whether it only prints a text, so that it works without /proc and /dev. */
  readonly isOfText?: true;
  /** In addition to `-h, --help`, which every command has. */
  readonly options: Options;
  /**
   * Runs it.
   *
   * @returns exit status
   * @throws FetchError whose kind is the exit status
   */
  run(given: ParsedOptions): number | Promise<number>;
}

/** One line of the table of commands. */
export interface CommandEntry {
  /** The description, for the help and for completions; a clause of at most 60 columns. */
  readonly about: string;
  /** Its code, which is loaded only when it is needed: `-o FILE URL` must start fast. */
  load(): Promise<Subcommand>;
}

/** Commands by their names, in the order of the help. */
export type Commands = Readonly<Record<string, CommandEntry>>;
