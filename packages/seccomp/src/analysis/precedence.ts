import { type Action, actionValues, encodeAction } from '../policy/actions.js';

const going: ReadonlySet<number> = new Set([
  actionValues.allow,
  actionValues.log,
  actionValues.trace,
  actionValues['user-notify'],
]);

const actionOf = (returned: number): number => (returned & 0xffff_0000) >>> 0;

/**
 * Whether a call is let through, or may be by a tracer or a supervisor. @param returned - the number that a filter
 * returns
 */
export function goesOn(returned: number): boolean {
  return going.has(actionOf(returned));
}

/**
 * Returns the rank of an action in the kernel's order, strictest first: the returned number as a signed one, without
 * its data (`ACTION_ONLY` in kernel/seccomp.c).
 */
const strictness = (action: Action): number => encodeAction(action) & 0xffff_0000;

/**
 * Returns the result of two filters' answers to a call: the stricter action. If only the data differ, for instance the
 * error, the filter that was loaded last wins (`seccomp_run_filters`).
 */
export function stricter(first: Action, last: Action): Action {
  return strictness(first) < strictness(last) ? first : last;
}

/** Returns the less strict action; of two that differ only in their data, the first. */
export function looser(first: Action, second: Action): Action {
  return strictness(second) > strictness(first) ? second : first;
}
