/** What is known of one option of a command. */
export interface Option {
  /** The letter that stands for it. */
  readonly short?: string;
  /** What its value is called; absent for a switch. */
  readonly value?: string;
  /** What it does, for the help and for completions; a clause. */
  readonly about: string;
  /** What the shell itself can offer as a value. */
  readonly names?: 'file' | 'folder';
  /** The values that there are. */
  readonly words?: readonly string[];
}

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** What was given on the command line, by the long names of the options. */
export interface ParsedOptions {
  /** The switches that are there. */
  readonly switches: ReadonlySet<string>;
  /** The values of the options that have one. */
  readonly values: ReadonlyMap<string, string>;
  /** Everything that is no option, and all that follows a `--`. */
  readonly operands: readonly string[];
}
