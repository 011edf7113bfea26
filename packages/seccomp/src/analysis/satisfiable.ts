import { type Condition, isWide } from '../policy/conditions.js';
import { holds } from './evaluate.js';

/** The possible range and bits of an argument. */
interface Possible {
  low: bigint;
  high: bigint;
  /** Bits whose value is known, and that value. */
  known: bigint;
  bits: bigint;
}

/**
 * Returns a reason why no call can satisfy all conditions of a rule, or undefined if none was found. Sound, not
 * complete: what it reports is impossible, but it does not find every impossibility.
 *
 * @param conditions - the conditions of one rule
 */
export function contradiction(conditions: readonly Condition[]): string | undefined {
  for (const index of new Set(conditions.map(({ arg }) => arg))) {
    const own = conditions.filter(({ arg }) => arg === index);
    const [whole, half] = [own.filter(isWide), own.filter((condition) => !isWide(condition))];
    if (!isPossible(whole, 0xffff_ffff_ffff_ffffn, half) || !isPossible(half, 0xffff_ffffn, [])) {
      return `no value of argument ${index} satisfies all of its conditions`;
    }
  }
  return undefined;
}

/** @param others - conditions of the other width, which count if a single value is left */
function isPossible(conditions: readonly Condition[], max: bigint, others: readonly Condition[]): boolean {
  const possible: Possible = { low: 0n, high: max, known: 0n, bits: 0n };
  if (!conditions.every((condition) => narrow(possible, condition))) return false;
  if (possible.low > possible.high) return false;
  if (possible.low < possible.high) return possible.known === 0n || possible.bits <= possible.high;
  // One value is left: all conditions must hold for it.
  return [...conditions, ...others].every((condition) => holds(condition, possible.low));
}

/** Takes a condition into account; false if it contradicts the known bits or nothing can satisfy it at all. */
function narrow(possible: Possible, { compare, value: wanted, mask }: Condition): boolean {
  const value = BigInt(wanted);
  switch (compare.slice(0, -2)) {
    case 'eq':
      raise(possible, value);
      lower(possible, value);
      return true;
    case 'lt':
      lower(possible, value - 1n);
      return true;
    case 'le':
      lower(possible, value);
      return true;
    case 'gt':
      raise(possible, value + 1n);
      return true;
    case 'ge':
      raise(possible, value);
      return true;
    case 'maskedEq':
      return learn(possible, BigInt(mask ?? 0), value);
    case 'maskedNe':
      // A mask without bits leaves only zero.
      return BigInt(mask ?? 0) !== 0n || value !== 0n;
    default:
      return true;
  }
}

function learn(possible: Possible, mask: bigint, value: bigint): boolean {
  if ((value & ~mask) !== 0n) return false;
  const common = possible.known & mask;
  if ((possible.bits & common) !== (value & common)) return false;
  Object.assign(possible, { known: possible.known | mask, bits: possible.bits | value });
  return true;
}

function raise(possible: Possible, to: bigint): void {
  if (to > possible.low) Object.assign(possible, { low: to });
}

function lower(possible: Possible, to: bigint): void {
  if (to < possible.high) Object.assign(possible, { high: to });
}
