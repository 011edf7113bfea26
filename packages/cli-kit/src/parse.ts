import { nearest } from '@sb/core';

import type { Option, Options } from './option.js';
import { type OptionToken, tokensOf } from './tokens.js';

/** The content of a command line, by the long names of its options. */
export interface Words<Name extends string = string> {
  /** The options without a value. */
  readonly switches: ReadonlySet<Name>;
  /** The last value of each option that has one. */
  readonly values: ReadonlyMap<Name, string>;
  /** The options in order, including repeated ones. */
  readonly options: readonly (readonly [name: Name, value: string | undefined])[];
  /** The words before `--` that are neither options nor their values. */
  readonly operands: readonly string[];
  /** All that follows the first `--`, unread. */
  readonly behind: readonly string[];
}

/** How a program refuses what it does not understand. */
export interface Usage {
  /**
   * Ends with an error.
   *
   * @param what - what is wrong, a clause without a full stop
   * @param hint - what to do, a sentence
   */
  refuse(what: string, hint: string): never;
  /** The default hint: `Try "x --help".` */
  readonly help: string;
  /** The hint for an unknown option. Default: the name that was probably meant. */
  readonly unknown?: string;
  /** Refuses a word that is neither an option nor after `--`. Default: it is an operand. */
  refuseOperand?(word: string): never;
}

/**
 * Reads a command line. Options end at the first `--`.
 *
 * @param options - the known options
 * @param args - without Node and the script
 * @param usage - how errors are refused: an unknown option, or one with a missing, unexpected or unknown value
 */
export function parseWords<const Table extends Options>(
  options: Table,
  args: readonly string[],
  usage: Usage,
): Words<keyof Table & string> {
  const end = args.indexOf('--');
  const given: (readonly [keyof Table & string, string | undefined])[] = [];
  const operands: string[] = [];
  for (const token of tokensOf(options, end < 0 ? args : args.slice(0, end))) {
    if (token.kind === 'positional') operands.push(usage.refuseOperand?.(token.value) ?? token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) refuseUnknown(token, Object.keys(options), usage);
    else given.push([token.name, valueOf(token, option, usage)]);
  }
  return {
    switches: new Set(given.flatMap(([name, value]) => (value === undefined ? [name] : []))),
    values: new Map(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
    options: given,
    operands,
    behind: end < 0 ? [] : args.slice(end + 1),
  };
}

function valueOf({ name, rawName, value, inlineValue }: OptionToken, option: Option, usage: Usage): string | undefined {
  const { value: placeholder, optionalValue = false, mayBeEmpty = false, words } = option;
  if (placeholder === undefined) {
    return value === undefined ? value : usage.refuse(`${rawName} takes no value`, `Write it as ${rawName} only.`);
  }
  if (value === undefined && optionalValue) return value;
  if (value === undefined || !isMeant(value, inlineValue === true, mayBeEmpty)) {
    const forms = [...(optionalValue ? [] : [`${rawName} ${placeholder}`]), `--${name}=${placeholder}`];
    return usage.refuse(`${rawName} needs a value`, `Write ${forms.join(', or ')}.`);
  }
  if (words?.includes(value) === false) refuseWord({ name, rawName, value }, option, usage);
  return value;
}

/** An option whose value may be left out has one form more than its words. */
function refuseWord(
  { name, rawName, value }: Pick<OptionToken, 'name' | 'rawName'> & { readonly value: string },
  { optionalValue = false, words = [] }: Option,
  usage: Usage,
): never {
  const meant = nearest(value, words);
  if (optionalValue) {
    const forms = [rawName, ...(meant === undefined ? words : [meant]).map((word) => `--${name}=${word}`)];
    return usage.refuse(`${rawName} does not take ${JSON.stringify(value)}`, `Write ${forms.join(', or ')}.`);
  }
  const hint = guess(meant) ?? usage.help;
  return usage.refuse(`${rawName} must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`, hint);
}

/** An empty word is an unset variable, and the next word may be intended as an option. */
function isMeant(value: string, isInline: boolean, mayBeEmpty: boolean): boolean {
  return value === '' ? mayBeEmpty : isInline || !value.startsWith('-');
}

function refuseUnknown({ name, rawName }: OptionToken, names: readonly string[], usage: Usage): never {
  const hint = usage.unknown ?? guess(nearest(name, names), '--') ?? usage.help;
  return usage.refuse(`unknown option ${rawName}`, hint);
}

function guess(meant: string | undefined, before = ''): string | undefined {
  return meant === undefined ? undefined : `Did you mean ${before}${meant}?`;
}
