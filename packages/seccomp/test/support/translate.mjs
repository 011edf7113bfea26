// What a policy says, in the words of libseccomp, as far as those reach.
// @ts-check

/**
 * @typedef {import('../../src/index.js').Condition} Condition
 * @typedef {import('../../src/index.js').Action} Action
 * @typedef {{ rules: readonly { when: readonly Condition[], action: Action }[], otherwise: Action }} Verdict
 * @typedef {import('./reference.mjs').ReferenceRule} ReferenceRule
 * @typedef {readonly (readonly [op: number, a: bigint, b: bigint])[]} Alternatives one of them must hold
 */

/** `SCMP_CMP_*` of seccomp.h */
const operators = { ne64: 1, lt64: 2, le64: 3, eq64: 4, ge64: 5, gt64: 6 };
const MASKED_EQ = 7;
const low32 = 0xffff_ffffn;

/**
 * The rules of one call, or undefined where libseccomp can't say it: it has no "otherwise" for a single call, no
 * masked-ne, no 32-bit order, and no two conditions on one argument.
 *
 * @param {string} syscall
 * @param {Verdict} verdict
 * @param {{ encode: (action: Action) => number, otherwise: number }} filter `otherwise`: the filter's default action
 * @returns {readonly ReferenceRule[] | undefined}
 */
export function translate(syscall, { rules, otherwise }, filter) {
  const rest = filter.encode(otherwise);
  if (rules.length === 0) return rest === filter.otherwise ? [] : [{ syscall, action: rest, when: [] }];
  if (rest !== filter.otherwise) return undefined;
  /** @type {ReferenceRule[]} */
  const translated = [];
  for (const { when, action } of rules) {
    const ways = alternatives(when);
    if (ways === undefined) return undefined;
    const encoded = filter.encode(action);
    // libseccomp refuses rules that say what the default says.
    if (encoded === filter.otherwise) continue;
    for (const way of ways) translated.push({ syscall, action: encoded, when: way });
  }
  return translated;
}

/**
 * Every combination of alternatives, one for each argument.
 *
 * @param {readonly Condition[]} when
 * @returns {ReferenceRule['when'][] | undefined}
 */
function alternatives(when) {
  /** @type {ReferenceRule['when'][]} */
  let ways = [[]];
  for (const arg of new Set(when.map((condition) => condition.arg))) {
    const options = ofArgument(when.filter((condition) => condition.arg === arg));
    if (options === undefined) return undefined;
    ways = ways.flatMap((way) => options.map(([op, a, b]) => way.concat([[arg, op, a, b]])));
  }
  return ways;
}

/**
 * @param {readonly Condition[]} conditions all on one argument
 * @returns {Alternatives | undefined}
 */
function ofArgument(conditions) {
  const [first] = conditions;
  if (first === undefined) return [];
  if (conditions.length === 1 && !first.compare.startsWith('ne32') && !first.compare.startsWith('maskedNe')) {
    return single(first);
  }
  if (conditions.every(({ compare }) => compare === 'ne32'))
    return noneOf(conditions.map(({ value }) => BigInt(value)));
  if (conditions.length === 1 && BigInt(first.value) === 0n) return bitsOf(BigInt(first.mask ?? 0));
  const mask = BigInt(first.mask ?? 0);
  const isSmall = conditions.every(({ compare, mask: other }) => compare === 'maskedNe32' && other === first.mask);
  if (!isSmall || mask !== 0xfn) return undefined;
  const excluded = new Set(conditions.map(({ value }) => BigInt(value)));
  return range(16).flatMap((value) => (excluded.has(value) ? [] : [[MASKED_EQ, mask, value]]));
}

/** @param {Condition} condition @returns {Alternatives | undefined} */
function single({ compare, value: wanted, mask: bits }) {
  const value = BigInt(wanted);
  if (compare === 'eq32') return [[MASKED_EQ, low32, value]];
  if (compare.startsWith('maskedEq')) {
    const mask = BigInt(bits ?? 0);
    // Bits outside of the mask never match; libseccomp would drop them and match.
    return (value & ~mask) === 0n ? [[MASKED_EQ, mask, value]] : [];
  }
  const operator = /** @type {Record<string, number>} */ (operators)[compare];
  return operator === undefined ? undefined : [[operator, value, 0n]];
}

/** No value of a list, all below 64: the other small ones, or any higher bit. @param {readonly bigint[]} values */
function noneOf(values) {
  if (values.some((value) => value >= 64n)) return undefined;
  const others = range(64).filter((value) => !values.includes(value));
  return [...others.map((value) => /** @type {const} */ ([MASKED_EQ, low32, value])), ...bitsOf(low32 & ~63n)];
}

/** Any bit of a mask. @param {bigint} mask @returns {Alternatives} */
function bitsOf(mask) {
  return range(64)
    .map((index) => 1n << index)
    .filter((bit) => (mask & bit) !== 0n)
    .map((bit) => [MASKED_EQ, bit, bit]);
}

/** @param {number} count */
const range = (count) => Array.from({ length: count }, (_, index) => BigInt(index));
