import { expandGroup, presets, type SeccompOptions } from '@sb/seccomp';

/**
 * Whether a filter may let a call through. Where it surely doesn't, a rule more would only change how it is denied, for
 * instance by an error instead of the end of the process. What the starting point's own rules let through doesn't count:
 * that is known, and harmless.
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
  const isMember = preset.group !== undefined && listed([preset.group]);
  const fromBase = isMember ? preset.listed : preset.others;
  return fromBase === 'allow' || listed(allow);
}
