import { custom, integer, list, object, Place, required, word } from '@sb/core/document';

import { seccompError } from '../errors.js';
import type { Action } from '../policy/actions.js';
import { type Architecture, architectureNames, architectures } from '../tables/architectures.js';
import type { Condition } from '../policy/conditions.js';
import { policy as validate } from '../policy/policy.js';
import type { SeccompPolicy } from '../policy/options.js';
import { syscallTable } from '../tables/syscalls.js';
import { verdicts } from '../policy/verdicts.js';

/** The decision of a policy about one call, without a filter. */
export interface Decision {
  readonly action: Action;
  /** The rule, list or default that decides, for instance `rules[0]` or `deny @mount`. */
  readonly rule: string;
}

/** A call as the kernel sees it. */
interface SeenCall {
  readonly number: number;
  readonly args: readonly bigint[];
}

const register = custom({
  expected: 'a bigint from 0 to 2 ** 64 - 1',
  schema: {},
  is: (value): value is bigint => typeof value === 'bigint' && BigInt.asUintN(64, value) === value,
  read: (value) => value,
});

/** A call to evaluate. */
export const seenCallReader = object<SeenCall>({
  number: required(integer({ min: 0, max: 0xffff_ffff, what: 'the number of a call' })),
  args: required(list(register, { max: 6, what: 'a list of arguments' })),
});

const architectureReader = word(architectureNames);

/** Where the call starts. */
function place(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    throw seccompError('invalid-call', 'evaluate', { what: `${path} ${what}`, hint, path });
  });
}

/**
 * Decides a call directly from the policy. The compiler is not involved, so its filter can be compared with this.
 *
 * @param policy - from `policy`
 * @param architecture - the architecture of the call
 * @param call - its number, unsigned, and its arguments, unsigned and 64 bits each; missing ones are 0
 * @throws SeccompError `invalid-call` for a call that no kernel would see; the errors of `policy` for anything that it
 *   did not return
 */
export function evaluate(policy: SeccompPolicy, architecture: Architecture, call: SeenCall): Decision {
  const valid = validate(policy);
  architectureReader.read(architecture, place('architecture'));
  return decide(valid, architecture, seenCallReader.read(call, place('call')));
}

function decide(valid: SeccompPolicy, architecture: Architecture, call: SeenCall): Decision {
  if (!valid.architectures.includes(architecture)) {
    return { action: valid.foreign, rule: `foreign architecture ${architecture}` };
  }
  const { x32 } = architectures[architecture];
  if (x32 !== undefined && call.number >= x32) return { action: valid.x32, rule: 'x32' };
  if (!syscallTable(architecture).has(call.number)) return { action: valid.unknown, rule: 'unknown number' };
  const verdict = verdicts(valid, architecture).get(call.number);
  if (verdict === undefined) throw new Error(`no verdict on call ${call.number}`);
  const { rules, otherwise, origin } = verdict;
  const rule = rules.find(({ when }) => when.every((condition) => holds(condition, call.args[condition.arg] ?? 0n)));
  return rule === undefined ? { action: otherwise, rule: origin } : { action: rule.action, rule: rule.origin };
}

/** Whether an argument satisfies a condition. */
export function holds({ compare, value: wanted, mask: bits }: Condition, argument: bigint): boolean {
  const width = compare.endsWith('32') ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
  const value = BigInt(wanted);
  const seen = argument & width & (bits === undefined ? width : BigInt(bits));
  switch (compare.slice(0, -2)) {
    case 'eq':
    case 'maskedEq':
      return seen === value;
    case 'ne':
    case 'maskedNe':
      return seen !== value;
    case 'lt':
      return seen < value;
    case 'le':
      return seen <= value;
    case 'gt':
      return seen > value;
    case 'ge':
      return seen >= value;
    default:
      throw new Error(`no comparison ${compare}`);
  }
}
