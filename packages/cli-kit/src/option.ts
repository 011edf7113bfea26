/** What is known of one option of a command. Parsing, help and completions read one table of these. */
export interface Option {
  /** The letter that stands for it. */
  readonly short?: string;
  /** What its value is called; absent for a switch. */
  readonly value?: string;
  /** Whether the value may be left out; given, it follows a `=`. Default: false. */
  readonly optionalValue?: boolean;
  /** Whether an empty value says something. Default: false; it is a variable of a shell that isn't set. */
  readonly mayBeEmpty?: boolean;
  /** Whether each of several values counts. Default: false. */
  readonly repeatable?: boolean;
  /** What it does, for the help, for completions and for the man page; a clause. */
  readonly about: string;
  /** What the man page says beside that: sentences, the last without its full stop. */
  readonly more?: string;
  /** The values that there are: no other is taken. */
  readonly words?: readonly string[];
  /** Some values that a completion offers, of more that are taken. */
  readonly offers?: readonly string[];
  /** What the shell itself can offer as a value. */
  readonly names?: 'file' | 'folder' | 'user' | 'group';
}

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** The values of an option that a completion can list. */
export function listedValues({ words, offers }: Option): readonly string[] {
  return words ?? offers ?? [];
}

/** An option as it is typed: `--config`, `-c`. */
export function spellings(long: string, { short }: Option): readonly string[] {
  return short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
}
