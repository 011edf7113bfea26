/** The facts about one option of a command. Parsing, help and completions read one table of these. */
export interface Option {
  /** Its letter. */
  readonly short?: string;
  /** The name of its value; absent for a switch. */
  readonly value?: string;
  /** Whether the value may be omitted; otherwise it follows a `=`. Default: false. */
  readonly optionalValue?: boolean;
  /** Whether an empty value is valid. Default: false, because an unset variable of a shell gives an empty value. */
  readonly mayBeEmpty?: boolean;
  /** Whether the option may be repeated, so that each value counts. Default: false. */
  readonly repeatable?: boolean;
  /** What it does, for the help, for completions and for the man page; a clause. */
  readonly about: string;
  /** What the man page adds: sentences, the last without its full stop. */
  readonly more?: string;
  /** The possible values: any other is refused. */
  readonly words?: readonly string[];
  /** Some values that a completion offers, if others are accepted too. */
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
