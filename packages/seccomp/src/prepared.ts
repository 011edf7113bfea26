import { type Action, lets } from './policy/actions.js';
import { deepFrozen } from './policy/presets.js';
import { reachedActions } from './policy/detours.js';
import { openTables } from './analysis/open-tables.js';
import { compileFor, type SeccompProgram } from './compiler/compile.js';
import type { SeccompPolicy } from './policy/options.js';
import { trusted } from './policy/policy.js';
import type { Machine } from './tables/architectures.js';
import { verdicts } from './policy/verdicts.js';

/** What a plan takes from a policy on one machine. */
export interface FilterParts {
  readonly program: Pick<SeccompProgram, 'machine' | 'audit' | 'bytes' | 'length'>;
  /** Whether the filter denies known calls, only logs or answers other numbers, or does nothing. */
  readonly does: 'denies' | 'little' | 'nothing';
  /** Tables of calls that it lets through unfiltered. */
  readonly open: readonly string[];
}

/** The same as plain data, with the program in base64. */
export interface PreparedFilter extends Omit<FilterParts, 'program'> {
  readonly program: Omit<FilterParts['program'], 'bytes'> & { readonly bytes: string };
}

const prepared = new WeakMap<SeccompPolicy, PreparedFilter>();

/**
 * Compiles a policy as `plan` does, into data that {@link preparedPolicy} takes.
 *
 * @param policy - from `policy`
 * @param machine - on which the filter is loaded
 * @throws SeccompError as `plan`
 */
export function prepareFilter(policy: SeccompPolicy, machine: Machine): PreparedFilter {
  const { program, does, open } = partsOf(policy, machine);
  const { audit, bytes, length } = program;
  return { program: { machine, audit, bytes: Buffer.from(bytes).toString('base64'), length }, does, open };
}

/**
 * Returns a policy that `plan` need not compile. Nothing is checked: the caller has both from this package, and holds them equal to
 * what it makes now, by a test.
 *
 * @param policy - a copy of one from `policy`; it is frozen
 * @param filter - from {@link prepareFilter} with that policy. For another machine `plan` compiles the policy
 */
export function preparedPolicy(policy: SeccompPolicy, filter: PreparedFilter): SeccompPolicy {
  const own = trusted(deepFrozen(policy));
  prepared.set(own, filter);
  return own;
}

/** What a plan takes from a policy, compiled now if it was not prepared for that machine. */
export function partsOf(policy: SeccompPolicy, machine: Machine): FilterParts {
  const known = prepared.get(policy);
  if (known?.program.machine === machine)
    return { ...known, program: { ...known.program, bytes: Buffer.from(known.program.bytes, 'base64') } };
  const program = compileFor(policy, machine);
  return { program, does: effect(policy, program), open: openTables(policy, machine) };
}

/** What a filter does on its machine. */
export function effect(
  policy: SeccompPolicy,
  { architectures }: Pick<SeccompProgram, 'architectures'>,
): FilterParts['does'] {
  const isAllow = ({ action }: Action): boolean => action === 'allow';
  const { unknown, foreign, x32 } = policy;
  let allowsAll = [unknown, foreign, x32].every(isAllow);
  for (const architecture of architectures) {
    for (const verdict of verdicts(policy, architecture).values()) {
      const actions = reachedActions(verdict);
      // As a rule this is one of the first calls: to look at all of them takes two milliseconds of a start.
      if (!actions.every(lets)) return 'denies';
      allowsAll &&= actions.every(isAllow);
    }
  }
  return allowsAll ? 'nothing' : 'little';
}
