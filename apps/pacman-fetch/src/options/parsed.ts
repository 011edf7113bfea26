/** What was given on the command line, by the long names of the options. */
export interface ParsedOptions {
  /** The switches that are there. */
  readonly switches: ReadonlySet<string>;
  /** The values of the options that have one. */
  readonly values: ReadonlyMap<string, string>;
  /** Everything that is no option, and all that follows a `--`. */
  readonly operands: readonly string[];
}
