import { expandGroup, presets, type SeccompOptions } from '@sb/seccomp';

import { usualMember } from './usual.js';

/**
 * Whether a filter may allow a call. If it never does, one more rule would only change how the call is denied, for
 * instance by an error instead of the end of the process. Rules of the starting point do not count: their effect is
 * known, and harmless.
 *
 * @param filter - the filter's options
 * @param name - of the call
 */
export function mayAllow({ base, allow = [], deny = [], rules = [] }: SeccompOptions, name: string): boolean {
  if (rules.some(({ syscall }) => syscall === name)) return true;
  if (deny.includes(name)) return false;
  const listed = (lists: readonly string[]) =>
    lists.some((one) => one === name || (one.startsWith('@') && expandGroup(one).has(name)));
  const preset = presets[base];
  const isMember = preset.group !== undefined && (usualMember(preset.group, name) ?? listed([preset.group]));
  const fromBase = isMember ? preset.listed : preset.others;
  return fromBase === 'allow' || listed(allow);
}
