import { errnoName } from '@sb/core';
import { allows, type Verdict } from '@sb/landlock';
import { evaluate, syscallNumber } from '@sb/seccomp';

import { refuse } from '../errors.js';
import { passes } from '../filter/questions.js';
import type { LayerPolicies } from '../plan/layers.js';
import { machineOf, type SandboxPlan, sandboxSupport } from '../plan/plan.js';
import { pathOf } from '../policy/path-text.js';
import { bindService, isTooLow } from '../system/low-port.js';
import type { Attempted, AttemptedCall } from './attempted.js';
import { placedLink } from './placed-link.js';
import { filterReason } from '../filter/filter-reason.js';

/** The answer of a sandbox to an attempt, before a search for what would allow it. */
export interface Verdicts {
  readonly allowed: boolean;
  /** The layer that decides; absent if no layer restricts such an attempt. */
  readonly layer?: 'landlock' | 'seccomp' | 'caps';
  /** The part of the policy that decides: the path or port of a rule, or a place in the filter's policy. */
  readonly rule?: string;
  /** The reason, as a clause. */
  readonly reason: string;
  /** The error of the attempt. */
  readonly errno?: string;
}

/** What will be in force. */
export interface InForce {
  readonly layers: LayerPolicies;
  readonly plan: SandboxPlan;
}

/**
 * Returns the answer of a sandbox, in the kernel's order: the filter sees the call first. It does not consider file
 * permissions and outer sandboxes.
 *
 * @throws SandboxError `invalid-policy` for a call that this machine does not have; LandlockError `path-missing` for a
 *   path that leads nowhere
 */
export function verdictsOn(attempt: Attempted, inForce: InForce): Verdicts {
  const filtered = byFilter(attempt, inForce);
  // First, so that a path that leads nowhere is an error under every filter.
  const restricted = byLandlock(attempt, inForce);
  if (filtered?.allowed === false) return filtered;
  if (restricted?.allowed === false) return restricted;
  return (
    byCapabilities(attempt, inForce) ?? restricted ?? filtered ?? { allowed: true, reason: 'no layer restricts it' }
  );
}

function byFilter({ calls, isOneCall }: Attempted, { layers, plan }: InForce): Verdicts | undefined {
  const machine = machineOf(sandboxSupport());
  const known = machine === undefined ? [] : calls.filter(([name]) => syscallNumber(name, machine) !== undefined);
  if (isOneCall === true && known.length === 0) refuseCall(calls);
  if (machine === undefined || !plan.expected.filter || layers.seccomp === undefined) return undefined;
  const { seccomp } = layers;
  const decisions = known.map(([name, ...args]) => {
    const number = syscallNumber(name, machine) ?? 0;
    return { name, decision: evaluate(seccomp, machine, { number, args: args.map((value) => BigInt(value)) }) };
  });
  const decisive = decisions.find(({ decision }) => !passes(decision.action)) ?? decisions.at(-1);
  return decisive && verdictOf(decisive.name, decisive.decision, seccomp.base);
}

function verdictOf(name: string, { action, rule }: ReturnType<typeof evaluate>, base: string): Verdicts {
  const verdict = { layer: 'seccomp', rule } as const;
  const reason = filterReason(name, { rule, base, does: passes(action) ? 'allows' : 'denies' });
  if (passes(action)) return { ...verdict, allowed: true, reason };
  if (action.action !== 'errno') return { ...verdict, allowed: false, reason: `${reason} (${action.action})` };
  const { errno } = action;
  return { ...verdict, allowed: false, reason, errno: typeof errno === 'number' ? errnoName(errno) : errno };
}

function refuseCall([[name] = ['']]: readonly AttemptedCall[]): never {
  return refuse('call', `${JSON.stringify(name)} is not a system call of this machine`, 'Correct its name.');
}

function byLandlock({ queries }: Attempted, { plan }: InForce): Verdicts | undefined {
  const { landlock } = plan.expected;
  if (landlock === undefined || queries.length === 0) return undefined;
  const verdicts = queries.map((query) => allows(landlock, query));
  const decisive = verdicts.find(({ allowed }) => !allowed) ?? verdicts.at(-1);
  if (decisive === undefined) return undefined;
  const isScope = queries.some((query) => 'scope' in query);
  const { allowed, reason, errno = isScope ? 'EPERM' : 'EACCES' } = decisive;
  const rule = ruleText(decisive);
  return {
    allowed,
    layer: 'landlock',
    ...(rule === undefined ? {} : { rule }),
    reason: allowed ? `${reason}${doubtOf(decisive)}` : reason,
    ...(allowed ? {} : { errno }),
  };
}

/** What may become of the rule at the start, which the policy alone does not say. */
function doubtOf({ rule }: Verdict): string {
  if (rule === undefined || 'port' in rule) return '';
  const link = placedLink(pathOf(rule.path));
  if (link === undefined) return '';
  const does = rule.optional ? 'leaves this rule out' : 'is refused';
  return `; if a program may have put the link ${link} there, and no other rule grants its target, a start ${does}`;
}

function ruleText({ rule }: Verdict): string | undefined {
  if (rule === undefined) return undefined;
  return 'port' in rule ? `port ${rule.port}` : pathOf(rule.path);
}

function byCapabilities({ binds }: Attempted, { plan }: InForce): Verdicts | undefined {
  if (binds === undefined || !isTooLow(binds, plan.expected.caps?.permitted)) return undefined;
  const reason = `port ${binds} needs ${bindService}, which the program lacks`;
  return { allowed: false, layer: 'caps', reason, errno: 'EACCES' };
}
