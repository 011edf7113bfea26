// Sets of values of one argument as libseccomp can be told them: a cube is the values whose bits under a mask are given.
// @ts-check

/**
 * @typedef {import('../../src/index.js').Condition} Condition
 * @typedef {readonly [mask: bigint, value: bigint]} Cube
 * @typedef {readonly [low: bigint, high: bigint]} Interval both ends included
 */

/** More cubes than this are more rules than a test wants to compile. */
const cubesMax = 64;

/**
 * The values of an argument that satisfy all of some conditions, or undefined where they take too many cubes.
 *
 * @param {readonly Condition[]} conditions all on one argument
 * @returns {readonly Cube[] | undefined}
 */
export function cubesOf(conditions) {
  const isMasked = (/** @type {Condition} */ { compare }) => compare.startsWith('masked');
  const plain = [32, 64].flatMap((width) => {
    const own = conditions.filter((one) => !isMasked(one) && one.compare.endsWith(String(width)));
    return own.length === 0 ? [] : [intervalsOf(own, width).flatMap((interval) => prefixes(interval, width))];
  });
  /** @type {readonly Cube[]} */
  let cubes = [[0n, 0n]];
  for (const more of [...plain, ...conditions.filter(isMasked).map(maskedCubes)]) {
    cubes = unique(cubes.flatMap((one) => more.flatMap((other) => intersection(one, other))));
    if (cubes.length > cubesMax) return undefined;
  }
  return cubes;
}

/** @param {Condition} condition @returns {Cube[]} */
function maskedCubes({ compare, value: wanted, mask: bits = 0 }) {
  const [mask, value] = [BigInt(bits), BigInt(wanted)];
  const isPossible = (value & ~mask) === 0n;
  if (compare.startsWith('maskedEq')) return isPossible ? [[mask, value]] : [];
  // A value that no masked argument has differs from all of them.
  return isPossible ? bitsOf(mask).map((bit) => [bit, ~value & bit]) : [[0n, 0n]];
}

/** @param {readonly Condition[]} conditions not masked, all of one width @param {number} width @returns {Interval[]} */
function intervalsOf(conditions, width) {
  const max = (1n << BigInt(width)) - 1n;
  /** @type {Interval[]} */
  let intervals = [[0n, max]];
  for (const { compare, value: wanted } of conditions) {
    const value = BigInt(wanted);
    /** @type {Record<string, Interval[]>} */
    const ways = {
      eq: [[value, value]],
      ne: [
        [0n, value - 1n],
        [value + 1n, max],
      ],
      lt: [[0n, value - 1n]],
      le: [[0n, value]],
      gt: [[value + 1n, max]],
      ge: [[value, max]],
    };
    const allowed = ways[compare.slice(0, -2)] ?? [];
    intervals = intervals.flatMap(([low, high]) =>
      allowed.map(([from, to]) => /** @type {const} */ ([from > low ? from : low, to < high ? to : high])),
    );
    intervals = intervals.filter(([low, high]) => low <= high);
  }
  return intervals;
}

/** An interval as cubes whose upper bits are given. @param {Interval} interval @param {number} width @returns {Cube[]} */
function prefixes([low, high], width) {
  const all = (1n << BigInt(width)) - 1n;
  /** @type {Cube[]} */
  const cubes = [];
  for (let from = low; from <= high;) {
    let size = 1n;
    while ((from & (size * 2n - 1n)) === 0n && from + size * 2n - 1n <= high) size *= 2n;
    cubes.push([all & ~(size - 1n), from]);
    from += size;
  }
  return cubes;
}

/** @param {Cube} a @param {Cube} b @returns {Cube[]} one, or none if nothing is in both */
function intersection([maskA, valueA], [maskB, valueB]) {
  return ((valueA ^ valueB) & maskA & maskB) === 0n ? [[maskA | maskB, valueA | valueB]] : [];
}

/** @param {readonly Cube[]} cubes */
function unique(cubes) {
  return [...new Map(cubes.map((cube) => [cube.join(), cube])).values()];
}

/** @param {bigint} mask */
function bitsOf(mask) {
  return Array.from({ length: 64 }, (_, index) => 1n << BigInt(index)).filter((bit) => (mask & bit) !== 0n);
}
