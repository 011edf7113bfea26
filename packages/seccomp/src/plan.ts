import {
  encodeRecord,
  encodeU32,
  type FeatureReport,
  type LayerPlan,
  type PlanNeed,
  refuseMissingPrebuild,
} from '@sb/core';

import type { Action, ActionName } from './policy/actions.js';
import { instructionSize } from './bpf/bpf.js';
import { askingForErrors } from './compiler/asking.js';
import { compileFor } from './compiler/compile.js';
import { planReader } from './policy/documents.js';
import { documentPlace, type SeccompErrorCode, seccompError } from './errors.js';
import { openTables } from './analysis/open-tables.js';
import type { SeccompPlanOptions, SeccompPolicy } from './policy/options.js';
import { policy as validate } from './policy/policy.js';
import type { Machine } from './tables/architectures.js';
import { effect, type FilterParts, partsOf } from './prepared.js';
import { proofOf } from './compiler/proof.js';
import { supervisedPolicy } from './policy/supervised.js';
import type { SeccompSupport } from './support.js';

/** What will be loaded, or why nothing is. */
export interface SeccompPlan extends LayerPlan {
  readonly layer: 'seccomp';
}

/** Version of the record's payload; `seccomp.h` has the same number. */
const recordVersion = 1;

/** A flag of the record: its first instructions prove that it is loaded. `seccomp.h` has the same number. */
const PROVEN = 1;

interface Obstacle {
  readonly code: SeccompErrorCode;
  readonly what: string;
  readonly hint: string;
}

/**
 * Decides what will be enforced. Pure. The record contains the filter's bytes, for this machine's architecture only. A
 * policy that denies no known call is reported as `off`, with what its filter still does. A policy that denies nothing
 * at all has no record. If calls of other tables are let through unfiltered, the filter's line has that as its reason.
 *
 * @param policy - from `policy`
 * @param support - from `support`, or invented for a test
 * @param options - how the record proves that it is in force
 * @throws SeccompError if the policy requires what is missing; `no-program`, `no-supervisor` and `program-too-long` at
 *   every level, because the policy itself is wrong. `prebuild-missing` at every level too
 */
export function plan(policy: SeccompPolicy, support: SeccompSupport, options: SeccompPlanOptions = {}): SeccompPlan {
  const valid = validate(policy);
  const { proofKey, supervise } = planReader.read(options, documentPlace());
  refuseNotify(valid);
  refuseMissingPrebuild('seccomp', support);
  const obstacle = obstacleTo(valid, support, supervise);
  if (obstacle !== undefined || support.state !== 'available') {
    const { code, what, hint } = obstacle ?? unreachable;
    if (valid.level === 'require') throw seccompError(code, 'plan', { what, hint });
    const features = [line('filter', 'unsupported', what), line('no_new_privs', 'off')];
    return { layer: 'seccomp', record: new Uint8Array(), features, needs: [] };
  }
  const { program, does, open: unseen } = filterFor(valid, support.machine, supervise);
  if (does === 'nothing' && supervise === undefined) {
    const features = [line('filter', 'off', 'the policy lets every call through'), line('no_new_privs', 'off')];
    return { layer: 'seccomp', record: new Uint8Array(), features, needs: [] };
  }
  const limit = 'the policy denies no known call; its filter only logs, or answers other tables and unknown numbers';
  const denies = line('filter', 'enforced', unseen.length === 0 ? undefined : unseen.join('; '));
  const filter = does === 'denies' ? denies : line('filter', 'off', limit);
  return {
    layer: 'seccomp',
    record: recordOf(program, proofKey),
    features: [filter, line('no_new_privs', support.noNewPrivs ? 'already' : 'enforced')],
    // CAP_SYS_ADMIN would be enough instead, but no sandboxed process should have it. A filter without no_new_privs
    // could also make a set-user-ID program misbehave (seccomp(2)).
    needs: support.noNewPrivs ? [] : (['no_new_privs'] satisfies PlanNeed[]),
  };
}

function filterFor(policy: SeccompPolicy, machine: Machine, supervise: readonly string[] | undefined): FilterParts {
  if (supervise === undefined) return partsOf(policy, machine);
  const program = askingForErrors(compileFor(supervisedPolicy(policy, machine, supervise), machine));
  return { program, does: effect(policy, program), open: openTables(policy, machine) };
}

/** Payload: u32 `AUDIT_ARCH_*`, u32 number of instructions, then `struct sock_filter` each. */
function recordOf({ machine, audit, bytes, length }: FilterParts['program'], proofKey: bigint | undefined): Uint8Array {
  const proof = proofKey === undefined ? undefined : proofOf(machine, proofKey, length);
  const whole = proof === undefined ? bytes : Buffer.concat([proof, bytes]);
  const payload = Buffer.concat([encodeU32([audit, whole.length / instructionSize]), whole]);
  const flags = proof === undefined ? 0 : PROVEN;
  return encodeRecord({ layer: 'seccomp', version: recordVersion, flags, payload });
}

function obstacleTo(
  policy: SeccompPolicy,
  support: SeccompSupport,
  supervise: readonly string[] | undefined,
): Obstacle | undefined {
  if (support.state !== 'available') {
    return { code: support.state, what: support.reason, hint: "Set level to 'prefer' to continue without a filter." };
  }
  if (!support.flags.includes('tsync')) {
    const what = 'this kernel can load a filter on one thread only';
    return { code: 'unsupported-kernel', what, hint: 'Use Linux 3.17 or later.' };
  }
  const notify: readonly ActionName[] = supervise === undefined ? [] : ['user-notify'];
  const missing = [...actionsOf(policy), ...notify].find((action) => !support.actions.includes(action));
  if (missing === undefined) return undefined;
  const what = `this kernel does not know the action ${missing} and would kill instead`;
  return { code: 'unsupported-kernel', what, hint: 'Use another action, or Linux 5.0 or later, which knows all.' };
}

function actionsOf(policy: SeccompPolicy): readonly ActionName[] {
  const { denied, unknown, foreign, x32, rules } = policy;
  return [denied, unknown, foreign, x32, ...rules.map(({ action }) => action)].map(({ action }: Action) => action);
}

function refuseNotify(policy: SeccompPolicy): void {
  if (!actionsOf(policy).includes('user-notify')) return;
  throw seccompError('no-supervisor', 'plan', {
    what: 'the policy asks a supervisor (user-notify), but a filter loaded here has none',
    hint: 'Use an errno. compile() and simulate() take such policies; a supervisor has to load the filter itself.',
  });
}

const unreachable: Obstacle = { code: 'unsupported-kernel', what: 'filters are not available', hint: 'See support().' };

function line(feature: string, state: FeatureReport['state'], reason?: string): FeatureReport {
  return { layer: 'seccomp', feature, state, ...(reason === undefined ? {} : { reason }) };
}
