import type { Attempt } from './attempts.js';

/** What came of one attempt. */
export interface SelfTestLine {
  /** The layer that denies it, or would, were it not allowed. */
  readonly layer: string;
  readonly feature: string;
  /** What the probe attempted, for instance `open-write /tmp/…/file`. */
  readonly attempted: string;
  /** What the policy says must come of it: `OK` or the name of an error. */
  readonly expected: string;
  /** What the kernel answered inside the sandbox. */
  readonly seen: string;
  /** What it answers without one. */
  readonly control: string;
  /**
   * - `passed`: it came as expected, and it comes otherwise without the sandbox, or is let happen as without one.
   * - `failed`: it came otherwise than expected.
   * - `unproved`: it came as expected, and would have without the sandbox: something else denies it already, for instance
   *   the rules of a container. `reason` says so.
   */
  readonly result: 'passed' | 'failed' | 'unproved';
  readonly reason?: string;
}

/** Answers without the sandbox that show of no denial that it is the sandbox's: something else denies, or nothing is there. */
const denials: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'ENOENT']);

/**
 * Judges an attempt.
 *
 * @param seen - what the kernel answered inside the sandbox
 * @param control - what it answers without one; `nothing` where it wasn't attempted
 */
export function lineOf({ layer, feature, operation, denied }: Attempt, seen: string, control: string): SelfTestLine {
  const expected = denied ?? control;
  const attempted = operation.join(' ').replace(/\.{4,}$/, '…');
  const line = { layer, feature, attempted, expected, seen, control };
  if (seen !== expected || seen === nothing) return { ...line, result: 'failed' };
  const reason = unprovedBy(control, denied);
  return reason === undefined ? { ...line, result: 'passed' } : { ...line, result: 'unproved', reason };
}

/** What stands for the answer of a probe that said none. */
export const nothing = 'nothing';

function unprovedBy(control: string, denied: string | undefined): string | undefined {
  if (control === nothing) return 'it was not attempted without the sandbox';
  if (control === denied || denials.has(control)) return `it ends with ${control} without the sandbox too`;
  return undefined;
}
