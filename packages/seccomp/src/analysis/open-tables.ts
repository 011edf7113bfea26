import { lets } from '../policy/actions.js';
import type { Machine } from '../tables/architectures.js';
import type { SeccompPolicy } from '../policy/options.js';

/**
 * Returns the tables of calls that a filter lets through unfiltered: every call has another number in these tables.
 *
 * @param policy - from `policy`
 * @param machine - the machine of the kernel
 * @returns the reasons for a report; empty if all tables are filtered
 */
export function openTables({ architectures, foreign, x32 }: SeccompPolicy, machine: Machine): readonly string[] {
  const onX86 = machine === 'x86_64';
  // A kernel for x86-64 also supports i386, and nothing else. The others support a 32-bit table that has no name here.
  const hasForeign = !(onX86 && architectures.includes('i386') && architectures.includes('x86_64'));
  const reason = (which: string, key: string) => `not for calls of ${which}, which the policy lets through (${key})`;
  return [
    ...(hasForeign && lets(foreign) ? [reason('other architectures', 'foreign')] : []),
    ...(onX86 && architectures.includes('x86_64') && lets(x32) ? [reason('the x32 table', 'x32')] : []),
  ];
}
