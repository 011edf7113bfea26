import { setsReader, textReader } from './documents.js';
import { capsError, documentPlace } from './errors.js';
import { lastCapability } from './last.js';
import {
  capabilityBits,
  type CapabilityName,
  capabilityName,
  capabilityNumber,
  lastNamedCapability,
  maskOf,
  namesOf,
} from './names.js';
import type { TextOptions } from './options.js';

/** The three sets that a text form contains. */
export interface CapabilitySets {
  readonly effective: readonly CapabilityName[];
  readonly permitted: readonly CapabilityName[];
  readonly inheritable: readonly CapabilityName[];
}

/** The sets by their letter, in the order in which libcap writes them. */
const letters = [
  ['e', 'effective'],
  ['i', 'inheritable'],
  ['p', 'permitted'],
] as const;

type Letter = (typeof letters)[number][0];

/** A clause: a list of capabilities (none means all, with a lone "=" only), then operators with letters, "=" first. */
const clausePattern = /^([\w,]*)((?:=[eip]*|[+-][eip]+)(?:[+-][eip]+)*)$/;

/** What `isspace` of C accepts, which is less than `\s` does: not U+00A0. */
const spaces = /[ \t\n\v\f\r]+/;

/** In characters: every capability by its longest name, several times over. */
const maxLength = 65_536;

/**
 * Parses a text form, for instance `cap_net_raw=ep` or `=ep cap_sys_admin-ep`. Names may be in either case, or numbers.
 *
 * @param text - clauses separated by white space, each applied to the result of those before it
 * @throws CapsError `invalid-text` with the invalid clause
 * @see cap_text_formats(7)
 */
export function parse(text: string, options: TextOptions = {}): CapabilitySets {
  requireShort(text);
  const all = (1n << BigInt(lastOf(options) + 1)) - 1n;
  const masks: Record<Letter, bigint> = { e: 0n, i: 0n, p: 0n };
  for (const clause of text.split(spaces).filter(Boolean)) {
    const { named, actions } = readClause(clause, all);
    for (const [, operator = '', flags = ''] of actions.matchAll(/([=+-])([eip]*)/g)) {
      for (const [letter] of letters)
        masks[letter] = apply(masks[letter], named, { operator, on: flags.includes(letter) });
    }
  }
  return { effective: namesOf(masks.e), permitted: namesOf(masks.p), inheritable: namesOf(masks.i) };
}

/** Returns the number of the last capability: the given one, or that of this kernel. */
export function lastOf(options: TextOptions): number {
  return textReader.read(options, documentPlace('options')).last ?? lastCapability();
}

/**
 * Writes the text form of three sets, as short as libcap does: first the state of most capabilities, then the differences.
 *
 * @param given - the sets; also what `get` returns
 * @throws CapsError `unknown-capability`
 * @see cap_to_text(3)
 */
export function format(given: CapabilitySets, options: TextOptions = {}): string {
  const sets = setsReader.read(given, documentPlace('sets'));
  const last = lastOf(options);
  const masks = letters.map(([, set]) => maskOf(sets[set]));
  const stateOf = (number: number) =>
    letters.map(([letter], index) => (((masks[index] ?? 0n) >> BigInt(number)) & 1n ? letter : '')).join('');
  const groups = new Map<string, string[]>([['', []]]);
  // "all" ends at the last one. Those beyond it start from nothing, and are written after it.
  const beyond = new Map<string, string[]>();
  for (let number = 0; number < capabilityBits; number++) {
    const into = number <= last ? groups : beyond;
    const state = stateOf(number);
    into.set(state, [...(into.get(state) ?? []), textName(number)]);
  }
  const [base] = [...groups].reduce((most, group) => (group[1].length > most[1].length ? group : most));
  const differing = [...groups].filter(([state, names]) => state !== base && names.length > 0);
  const clauses = [
    ...(base === '' ? [] : [`=${base}`]),
    ...differing.map(([state, names]) => `${names.join(',')}=${state}`),
    ...[...beyond].filter(([state]) => state !== '').map(([state, names]) => `${names.join(',')}=${state}`),
  ];
  return clauses.length === 0 ? '=' : clauses.join(' ');
}

function apply(
  mask: bigint,
  named: bigint,
  { operator, on }: { readonly operator: string; readonly on: boolean },
): bigint {
  if (operator === '=') return on ? mask | named : mask & ~named;
  if (!on) return mask;
  return operator === '+' ? mask | named : mask & ~named;
}

function readClause(clause: string, all: bigint): { readonly named: bigint; readonly actions: string } {
  const [, list = '', actions = ''] = clausePattern.exec(clause) ?? [];
  if (actions === '') throw invalid(clause, 'it is not a list of capabilities followed by =, + or - and letters');
  if (list === '' && !/^=[eip]*$/.test(actions)) throw invalid(clause, 'it has no capability before + or -');
  return { named: list === '' ? all : listMask(list, clause, all), actions };
}

function listMask(list: string, clause: string, all: bigint): bigint {
  return list.split(',').reduce((mask, name) => {
    // As in libcap: names before "all" in the same list, beyond the last capability, are forgotten.
    if (name.toLowerCase() === 'all') return all;
    const number = parseCapability(name);
    if (number === undefined) throw invalid(clause, `${JSON.stringify(name)} is not a capability`);
    return mask | (1n << BigInt(number));
  }, 0n);
}

/** Refuses a text that is longer than any useful one. */
export function requireShort(text: string): void {
  if (text.length > maxLength) throw invalid(`${text.slice(0, 40)}…`, `it is longer than ${maxLength} characters`);
}

/** Returns the name of a capability in a text form, or its number without a name, because libcap does not read `cap_41`. */
export function textName(number: number): string {
  return number <= lastNamedCapability ? capabilityName(number) : String(number);
}

/**
 * Returns the number of a capability by its name in either case, or by its number: decimal without leading zeros. libcap also
 * accepts `010` and `0xd` (octal and hexadecimal, as `strtoul` does), which are probably mistakes. It refuses `08`. Like
 * libcap, this function does not know `cap_41`; in texts that is `41`.
 */
export function parseCapability(name: string): number | undefined {
  if (/^(?:0|[1-9]\d?)$/.test(name)) return Number(name) < capabilityBits ? Number(name) : undefined;
  const number = capabilityNumber(name.toLowerCase());
  return number === undefined || number > lastNamedCapability ? undefined : number;
}

/** Makes the error of a text form. */
export function invalid(part: string, why: string): Error {
  return capsError('invalid-text', 'parse', {
    what: `cannot read ${JSON.stringify(part)}: ${why}`,
    hint: 'Write it as cap_text_formats(7) or cap_iab(3) does, for instance "cap_net_raw=ep" or "!cap_sys_admin,^cap_net_raw".',
  });
}
