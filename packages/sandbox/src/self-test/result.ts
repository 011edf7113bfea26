import type { Attempt } from './attempts.js';

/** The result of one attempt. */
export interface SelfTestLine {
  /** The layer that denies it, or would deny it if it were not allowed. */
  readonly layer: string;
  readonly feature: string;
  /** What the probe attempted, for instance `open-write /tmp/…/file`. */
  readonly attempted: string;
  /** The result that the policy requires: `OK` or the name of an error. */
  readonly expected: string;
  /** The answer of the kernel in the sandbox. */
  readonly seen: string;
  /** The answer of the kernel without a sandbox. */
  readonly control: string;
  /**
   * - `passed`: the result was as expected, and is another one without the sandbox; or it is allowed, as without the
   *   sandbox.
   * - `failed`: the result was not as expected.
   * - `unproved`: the result was as expected, and would be the same without the sandbox: something else denies it
   *   already, for instance the rules of a container. `reason` says so.
   */
  readonly result: 'passed' | 'failed' | 'unproved';
  readonly reason?: string;
}

/**
 * Answers without the sandbox after which a denial cannot be attributed to the sandbox: something else denies it, or
 * nothing exists.
 */
const denials: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'ENOENT']);

/**
 * Judges an attempt.
 *
 * @param seen - the kernel's answer in the sandbox
 * @param control - its answer without one; `nothing` if it was not attempted
 */
export function lineOf({ layer, feature, operation, denied }: Attempt, seen: string, control: string): SelfTestLine {
  const expected = denied ?? control;
  const attempted = operation.join(' ').replace(/\.{4,}$/, '…');
  const line = { layer, feature, attempted, expected, seen, control };
  if (seen !== expected || seen === nothing) return { ...line, result: 'failed' };
  const reason = unprovedBy(control, denied);
  return reason === undefined ? { ...line, result: 'passed' } : { ...line, result: 'unproved', reason };
}

/** Stands for a missing answer of a probe. */
export const nothing = 'nothing';

function unprovedBy(control: string, denied: string | undefined): string | undefined {
  if (control === nothing) return 'it was not attempted without the sandbox';
  if (control === denied || denials.has(control)) return `it fails with ${control} without the sandbox too`;
  return undefined;
}
