/** The filter of a sandbox as settings of a unit. */
import { policy as seccompPolicy, type SeccompPolicy } from '@sb/seccomp';
import { toSystemd } from '@sb/seccomp/analysis';

import { answersOf, passes } from '../filter/questions.js';
import type { MissingFeature } from './exported.js';
import { insteadOf } from './missing.js';
import type { ExportSubject } from './subject.js';

/** Lines for `[Service]`, and what they do not enforce of the filter. */
export interface UnitFilter {
  readonly settings: readonly string[];
  readonly missing: readonly MissingFeature[];
}

type Unsaid = readonly { readonly path: string; readonly what: string }[];

/**
 * The filter of a unit for systemd 257; empty if the sandbox has no filter.
 *
 * @throws SeccompError `inexpressible`, `too-complex`
 */
export function unitFilter(subject: ExportSubject): UnitFilter {
  const { layers, machine } = subject;
  if (layers.seccomp === undefined) return { settings: [], missing: [] };
  const { policy, unsaid: added } = startable(layers.seccomp, subject);
  const { settings, unsaid } = toSystemd(policy, { machine });
  return { settings, missing: filterGaps(subject, [...added, ...unsaid]) };
}

/** What systemd calls between the filter and the program where it changes the user (src/core/exec-invoke.c). */
const startCalls = ['capget', 'capset', 'prctl'];

/** The filter with what systemd itself needs, without which the unit does not start. */
function startable(
  given: SeccompPolicy,
  { layers: { privdrop }, machine }: ExportSubject,
): { readonly policy: SeccompPolicy; readonly unsaid: Unsaid } {
  const needed = (privdrop?.uid ?? 0) === 0 ? [] : startCalls;
  const added = needed.filter((name) => !answersOf(given, machine, [name]).some(passes));
  if (added.length === 0) return { policy: given, unsaid: [] };
  const others = (names: readonly string[]) => names.filter((name) => !added.includes(name));
  return {
    policy: seccompPolicy({
      ...given,
      deny: others(given.deny),
      allow: [...others(given.allow), ...added],
      rules: given.rules.filter(({ syscall }) => !added.includes(syscall)),
    }),
    unsaid: added.map((path) => ({ path, what: 'is allowed there, since systemd itself calls it under the filter' })),
  };
}

function filterGaps(subject: ExportSubject, unsaid: Unsaid): readonly MissingFeature[] {
  return unsaid
    .filter(({ path }) => path !== '(number)')
    .map(({ path, what }) => ({
      feature: `seccomp.filter.${path}`,
      why: what,
      instead: insteadOf('seccomp.filter', subject),
    }));
}
