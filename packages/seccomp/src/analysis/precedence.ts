import { type Action, actionValues, encodeAction } from '../policy/actions.js';

const going: ReadonlySet<number> = new Set([
  actionValues.allow,
  actionValues.log,
  actionValues.trace,
  actionValues['user-notify'],
]);

const actionOf = (returned: number): number => (returned & 0xffff_0000) >>> 0;

/** Whether a call goes on, or may, since a tracer or a supervisor can let it. @param returned - what a filter returns */
export function goesOn(returned: number): boolean {
  return going.has(actionOf(returned));
}

/**
 * Where an action stands in the kernel's order, strictest first: the returned number as a signed one, without its data
 * (`ACTION_ONLY` in kernel/seccomp.c).
 */
const strictness = (action: Action): number => encodeAction(action) & 0xffff_0000;

/**
 * What becomes of a call that two filters answer: the stricter action. Where only the data differ, for instance the
 * error, the filter that was loaded last wins (`seccomp_run_filters`).
 */
export function stricter(first: Action, last: Action): Action {
  return strictness(first) < strictness(last) ? first : last;
}

/** The action that lets more through; of two that differ in their data only, the first. */
export function looser(first: Action, second: Action): Action {
  return strictness(second) > strictness(first) ? second : first;
}
