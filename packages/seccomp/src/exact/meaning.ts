import { actionValues } from '../policy/actions.js';
import { maxErrno } from '../tables/errnos.js';

const withData: ReadonlySet<number> = new Set([actionValues.trap, actionValues.trace]);
const known: ReadonlySet<number> = new Set(Object.values(actionValues));

/**
 * Returns the kernel's interpretation of a returned number (`__seccomp_filter` in kernel/seccomp.c). It kills for an
 * unknown action, uses the data of some actions only, and limits errors to 4,095.
 */
export function meaningOf(returned: number): number {
  const action = (returned & 0xffff_0000) >>> 0;
  const data = returned & 0xffff;
  if (!known.has(action)) return actionValues['kill-process'];
  if (action === actionValues.errno) return action + Math.min(data, maxErrno);
  return withData.has(action) ? returned : action;
}
