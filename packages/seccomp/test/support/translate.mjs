// What a policy says, in the words of libseccomp, as far as those reach.
// @ts-check
import { cubesOf } from './cubes.mjs';

/**
 * @typedef {import('../../src/index.js').Condition} Condition
 * @typedef {import('../../src/index.js').Action} Action
 * @typedef {{ rules: readonly { when: readonly Condition[], action: Action }[], otherwise: Action }} Verdict
 * @typedef {import('./reference.mjs').ReferenceRule} ReferenceRule
 * @typedef {readonly (readonly [op: number, a: bigint, b: bigint] | undefined)[]} Alternatives one of them must hold;
 *   undefined always does
 */

/** `SCMP_CMP_*` of seccomp.h */
const operators = { ne64: 1, lt64: 2, le64: 3, eq64: 4, ge64: 5, gt64: 6 };
const MASKED_EQ = 7;

/**
 * More rules for one call than this are left out: libseccomp takes minutes for a dozen rules with masks on several
 * arguments, not for those on a single one.
 */
const waysMax = { oneArgument: 64, several: 6 };

/**
 * The rules of one call, or undefined where libseccomp can't say it: it has no "otherwise" for a single call. It takes
 * one comparison of an argument in a rule and none of 32 bits, so anything else becomes several rules with masks.
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
  const compared = new Set(translated.flatMap(({ when }) => when.map(([arg]) => arg)));
  return translated.length > (compared.size > 1 ? waysMax.several : waysMax.oneArgument) ? undefined : translated;
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
    if (options === undefined || ways.length * options.length > waysMax.oneArgument) return undefined;
    ways = ways.flatMap((way) =>
      options.map((option) => (option === undefined ? way : way.concat([[arg, option[0], option[1], option[2]]]))),
    );
  }
  return ways;
}

/**
 * @param {readonly Condition[]} conditions all on one argument
 * @returns {Alternatives | undefined}
 */
function ofArgument(conditions) {
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) {
    const operator = /** @type {Record<string, number>} */ (operators)[only.compare];
    if (operator !== undefined) return [[operator, BigInt(only.value), 0n]];
  }
  return cubesOf(conditions)?.map(([mask, value]) => (mask === 0n ? undefined : [MASKED_EQ, mask, value]));
}
