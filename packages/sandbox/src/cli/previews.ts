import { columns } from '@sb/cli-kit';
import { escaped } from '@sb/core';

import { privdropOf } from '../plan/layers.js';
import { defaultEnvironment } from '../policy/environment.js';
import { levelsOf } from '../policy/levels.js';
import type { SelfTest } from '../self-test/self-test.js';
import { findTarget } from '../launch/target.js';
import type { SandboxPlan } from '../plan/plan.js';
import { previewOf } from '../policy/preview.js';
import { createSandbox } from '../sandbox.js';
import type { Sandbox } from '../types.js';

/** A plan that is only shown. */
interface Preview {
  readonly plan: SandboxPlan;
  /** The error of each start here: a limit of a cgroup is required and missing. Undefined if nothing refuses one. */
  readonly refusal: unknown;
}

/**
 * Plans a sandbox, also where a limit of a cgroup is required and missing.
 *
 * @throws SandboxError if a required layer is missing
 */
export function previewed(sandbox: Sandbox): Preview {
  try {
    return { plan: sandbox.plan(), refusal: undefined };
  } catch (refusal) {
    const policy = previewOf(sandbox.policy);
    if (policy === sandbox.policy) throw refusal;
    return { plan: createSandbox(policy).plan(), refusal };
  }
}

/**
 * Describes what would happen, without doing it.
 *
 * @param sandbox - the sandbox
 * @param command - the program and its arguments, which may be missing
 * @throws SandboxError if the program does not exist, or if a required layer is missing
 */
export function planText(sandbox: Sandbox, [program]: readonly string[]): string {
  const { plan, refusal } = previewed(sandbox);
  const { features, status } = plan;
  const rows = features.map(({ layer, feature, state, reason = '' }) => [state, `${layer}.${feature}`, reason]);
  const table = tableOf([['STATE', 'FEATURE', 'REASON'], ...rows]);
  const { policy } = sandbox;
  const { env = defaultEnvironment(privdropOf(policy, levelsOf(policy))), cwd = '' } = policy;
  const { path } = program === undefined ? {} : findTarget(program, { path: env['PATH'], cwd });
  return `${table}\nin force: ${status}\n${path === undefined ? '' : `would ${refusal === undefined ? '' : 'not '}run: ${escaped(path)}\n`}`;
}

/** How the result of an attempt is shown. */
const results = { passed: 'passed', failed: 'FAILED', unproved: 'unproved' } as const;

/** The attempts of the probe in the sandbox, and the answers of the kernel there and outside. */
export function selfTestText({ lines, report }: SelfTest): string {
  const rows = lines.map((line) => [
    results[line.result],
    `${line.layer}.${line.feature}`,
    line.expected,
    line.seen,
    line.control,
    line.attempted + (line.reason === undefined ? '' : ` (${line.reason})`),
  ]);
  const table = tableOf([['RESULT', 'FEATURE', 'EXPECTED', 'INSIDE', 'OUTSIDE', 'ATTEMPTED'], ...rows]);
  return `${table}\n${verdictOf(lines)}; in force: ${report.status}\n`;
}

function verdictOf(lines: SelfTest['lines']): string {
  const count = (result: keyof typeof results) => lines.filter((line) => line.result === result).length;
  const unproved = count('unproved') === 0 ? '' : `, ${count('unproved')} prove nothing`;
  const failed = count('failed');
  return failed === 0
    ? `${count('passed')} attempts passed${unproved}`
    : `${failed} of ${lines.length} attempts FAILED${unproved}`;
}

/** Control characters in names are escaped, so that they cannot affect a terminal. */
function tableOf(rows: readonly (readonly string[])[]): string {
  return columns(rows.map((row) => row.map(escaped)))
    .map((line) => `${line}\n`)
    .join('');
}
