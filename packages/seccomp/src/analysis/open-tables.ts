import { lets } from '../policy/actions.js';
import type { Machine } from '../tables/architectures.js';
import type { SeccompPolicy } from '../policy/options.js';

/**
 * What of a machine's calls a filter lets through unseen: every call has another number in those tables.
 *
 * @param policy - from `policy`
 * @param machine - whose kernel takes the calls
 * @returns what to say of it in a report, nothing where all tables are filtered
 */
export function openTables({ architectures, foreign, x32 }: SeccompPolicy, machine: Machine): readonly string[] {
  const onX86 = machine === 'x86_64';
  // A kernel for x86-64 knows i386 beside itself and nothing else; the others know a table of 32 bits without a name here.
  const hasForeign = !(onX86 && architectures.includes('i386') && architectures.includes('x86_64'));
  const reason = (which: string, key: string) => `not for calls of ${which}, which the policy lets through (${key})`;
  return [
    ...(hasForeign && lets(foreign) ? [reason('other architectures', 'foreign')] : []),
    ...(onX86 && architectures.includes('x86_64') && lets(x32) ? [reason('the x32 table', 'x32')] : []),
  ];
}
