import type { Options } from './option.js';

/** A word that is an option, with its value. */
export interface OptionToken {
  readonly kind: 'option';
  /** The long name, or what was written where none is known. */
  readonly name: string;
  /** As it was written, without a value. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value is in the same word; undefined without one. */
  readonly inlineValue: boolean | undefined;
}

/** A part of a command line. */
export type Token = OptionToken | { readonly kind: 'positional'; readonly value: string };

/**
 * The words of a command line, up to its first `--`. Usual ones are told apart here: `--long`, `--long=value` and `-s` that are known,
 * and operands. All others are for parseArgs of Node, which takes a millisecond of a start to load.
 *
 * @param options - the known options
 * @param args - the words
 */
export function tokensOf(options: Options, args: readonly string[]): readonly Token[] {
  return plainTokens(options, args) ?? nodeTokens(options, args);
}

/**
 * The same as {@link nodeTokens}.
 *
 * @returns undefined where one of the words is not a usual one
 */
export function plainTokens(options: Options, args: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '-' || !word.startsWith('-')) {
      tokens.push({ kind: 'positional', value: word });
      continue;
    }
    const option = optionIn(options, word);
    if (option === undefined) return undefined;
    const takesNext = option.value === undefined && hasValue(options, option.name) && at + 1 < args.length;
    if (takesNext) at++;
    const value = takesNext ? args[at] : option.value;
    const inlineValue = value === undefined ? undefined : !takesNext;
    tokens.push({ kind: 'option', name: option.name, rawName: option.rawName, value, inlineValue });
  }
  return tokens;
}

/** What parseArgs finds. Without a word, Node does not even load it. */
export function nodeTokens(options: Options, args: readonly string[]): readonly Token[] {
  const known = Object.entries(options).map(([long, { short }]) => {
    const type = hasValue(options, long) ? ('string' as const) : ('boolean' as const);
    return [long, { type, ...(short === undefined ? {} : { short }) }] as const;
  });
  const { tokens } = process.getBuiltinModule('node:util').parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.filter((token) => token.kind !== 'option-terminator');
}

/** Whether the next word is its value, if none is in its own. */
function hasValue(options: Options, name: string): boolean {
  const option = options[name];
  return option?.value !== undefined && option.optionalValue !== true;
}

/** A known option that a word is, with the value that is in it. */
function optionIn(options: Options, word: string): Pick<OptionToken, 'name' | 'rawName' | 'value'> | undefined {
  if (!word.startsWith('--')) {
    const name = Object.keys(options).find((long) => options[long]?.short === word.slice(1));
    return name === undefined ? undefined : { name, rawName: word, value: undefined };
  }
  const end = word.indexOf('=');
  const rawName = end < 0 ? word : word.slice(0, end);
  const name = rawName.slice(2);
  if (!Object.hasOwn(options, name)) return undefined;
  return { name, rawName, value: end < 0 ? undefined : word.slice(end + 1) };
}
