import { dataOffsets } from '../bpf/bpf.js';
import type { Condition } from '../policy/conditions.js';

/** The content of the accumulator: a word of the call's data, masked or not. */
export type Held = string;

/** The accumulator at the start of a call's checks: its number. */
export const heldAtStart: Held = 'nr';

/** A mask that leaves a word unchanged. */
export const all32 = 0xffff_ffff;

/** Half of an argument, and the value to compare with its masked bits. */
export interface Word {
  /** Offset in `struct seccomp_data`. */
  readonly offset: number;
  readonly value: number;
  readonly mask: number;
}

/**
 * Returns the words that a condition compares: the lower one, and in a 64-bit form also the upper one, unless its mask
 * excludes it.
 */
export function wordsOf({ arg, compare, value, mask }: Condition): readonly [low: Word, high?: Word] {
  const offset = dataOffsets.args + arg * 8;
  if (compare.endsWith('32')) return [{ offset, value: Number(value), mask: Number(mask ?? all32) }];
  const [valueHigh, valueLow] = halves(value);
  const [maskHigh, maskLow] = mask === undefined ? [all32, all32] : halves(mask);
  const low = { offset, value: valueLow, mask: maskLow };
  if (maskHigh === 0 && valueHigh === 0) return [low];
  return [low, { offset: offset + 4, value: valueHigh, mask: maskHigh }];
}

/** The comparison without its width, for instance `maskedEq`. */
export function comparisonOf({ compare }: Condition): string {
  return compare.slice(0, -2);
}

/** Whether a word's comparison is only a test of bits, `(x & mask) != 0` or `== 0`, which needs no masking. */
export function isBitTest(condition: Condition, { value }: Word): boolean {
  return condition.compare.startsWith('masked') && value === 0;
}

/** The accumulator's content after a word was loaded and masked. */
export function heldName({ offset, mask }: Pick<Word, 'offset' | 'mask'>): Held {
  return mask === all32 ? `${offset}` : `${offset} & ${mask}`;
}

/** The possible contents of the accumulator where a condition proves true, and where it does not. */
interface Exits {
  readonly yes: readonly Held[];
  readonly no: readonly Held[];
}

/** The possible ends of a condition's checks. */
function exitsOf(condition: Condition): Exits {
  const [low, high] = wordsOf(condition);
  const atLow = heldName(isBitTest(condition, low) ? { offset: low.offset, mask: all32 } : low);
  if (high === undefined) return { yes: [atLow], no: [atLow] };
  const both = [heldName(high), atLow];
  // A different upper half decides at once. If the order does not matter, the result is always the same.
  switch (comparisonOf(condition)) {
    case 'eq':
    case 'maskedEq':
      return { yes: [atLow], no: both };
    case 'ne':
    case 'maskedNe':
      return { yes: both, no: [atLow] };
    default:
      return { yes: both, no: both };
  }
}

/**
 * Returns for each rule the possible contents of the accumulator when the rule is reached; none if an earlier rule
 * always matches. It is exact, so every step that is built for it can be reached.
 *
 * @param rules - the conditions of each rule, in order
 */
export function heldBefore(rules: readonly { readonly when: readonly Condition[] }[]): readonly (readonly Held[])[] {
  let held: readonly Held[] = [heldAtStart];
  return rules.map(({ when }) => {
    const before = held;
    held = held.length === 0 ? [] : [...new Set(when.flatMap((condition) => exitsOf(condition).no))];
    return before;
  });
}

function halves(value: number | string): readonly [high: number, low: number] {
  const number = BigInt(value);
  return [Number(number >> 32n), Number(number & 0xffff_ffffn)];
}
