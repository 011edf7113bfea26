import { escaped } from '@sb/core';

import type { SelfTest } from '../self-test/self-test.js';
import { findTarget } from '../target.js';
import type { Sandbox } from '../types.js';
import { tableOf } from './table.js';

/**
 * What would happen, without its happening.
 *
 * @param sandbox - the sandbox
 * @param command - the program and its arguments, which may be missing
 * @throws SandboxError if the program isn't there, or a required layer can't be had
 */
export function planText(sandbox: Sandbox, [program]: readonly string[]): string {
  const { features, status } = sandbox.plan();
  const rows = features.map(({ layer, feature, state, reason = '' }) => [state, `${layer}.${feature}`, reason]);
  const table = tableOf([['STATE', 'FEATURE', 'REASON'], ...rows]);
  const { env, cwd = '' } = sandbox.policy;
  const { path } = program === undefined ? {} : findTarget(program, { path: env?.['PATH'], cwd });
  return `${table}\nin force: ${status}\n${path === undefined ? '' : `would run: ${escaped(path)}\n`}`;
}

/** What the probe attempted from inside, and what the kernel answered there and outside. */
export function selfTestText({ lines, passed, report }: SelfTest): string {
  const rows = lines.map((line) => [
    line.passed ? 'passed' : 'FAILED',
    `${line.layer}.${line.feature}`,
    line.expected,
    line.seen,
    line.control,
    line.attempted,
  ]);
  const table = tableOf([['RESULT', 'FEATURE', 'EXPECTED', 'INSIDE', 'OUTSIDE', 'ATTEMPTED'], ...rows]);
  const missed = lines.filter((line) => !line.passed).length;
  const verdict = passed ? `${lines.length} attempts passed` : `${missed} of ${lines.length} attempts FAILED`;
  return `${table}\n${verdict}; in force: ${report.status}\n`;
}
