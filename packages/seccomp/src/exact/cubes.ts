/** A function of the arguments as sets of calls: each is a mask and a value for some arguments, and no two share a call. */
import { dataOffsets } from '../bpf/bpf.js';
import { firstLevel } from './call-words.js';
import type { Diagram, Diagrams } from './diagrams.js';

/** What a set says of one argument: these bits of it have this value. */
export interface CubePart {
  readonly arg: number;
  /** Bits that count, 64 of them; not 0. */
  readonly mask: bigint;
  readonly value: bigint;
}

/** A set of calls with one answer. */
export interface Cube {
  readonly answer: number;
  readonly parts: readonly CubePart[];
}

/**
 * Lists the paths of a function, one set for each. There may be millions, so the caller stops when it has too many.
 *
 * @param diagram - depends on arguments only
 */
export function* cubesOf(diagrams: Diagrams, diagram: Diagram, bits = new Map<number, boolean>()): Generator<Cube> {
  if (diagrams.isLeaf(diagram)) {
    yield { answer: diagrams.valueOf(diagram), parts: partsOf(bits) };
    return;
  }
  const level = diagrams.levelOf(diagram);
  for (const isSet of [false, true]) {
    bits.set(level, isSet);
    yield* cubesOf(diagrams, isSet ? diagrams.high(diagram, level) : diagrams.low(diagram, level), bits);
  }
  bits.delete(level);
}

function partsOf(bits: ReadonlyMap<number, boolean>): readonly CubePart[] {
  return [0, 1, 2, 3, 4, 5].flatMap((arg) => {
    const highest = firstLevel(dataOffsets.args + arg * 8 + 4) + 63;
    let [mask, value] = [0n, 0n];
    for (const [level, isSet] of bits) {
      const bit = highest - level;
      if (bit < 0 || bit > 63) continue;
      mask |= 1n << BigInt(bit);
      if (isSet) value |= 1n << BigInt(bit);
    }
    return mask === 0n ? [] : [{ arg, mask, value }];
  });
}
