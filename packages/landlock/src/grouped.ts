import type { PolicyPathRule } from './options.js';

/** A rule and its index in the list. */
export interface Placed {
  readonly rule: PolicyPathRule;
  readonly index: number;
}

/** Returns each rule with its index. */
export function placed(all: readonly PolicyPathRule[]): readonly Placed[] {
  return all.map((rule, index) => ({ rule, index }));
}

/** Groups rules by a text, in their order. Thousands of rules are then compared only within their group. */
export function grouped(
  rules: readonly Placed[],
  textOf: (rule: PolicyPathRule) => string,
): ReadonlyMap<string, readonly Placed[]> {
  const groups = new Map<string, Placed[]>();
  for (const one of rules) {
    const text = textOf(one.rule);
    const there = groups.get(text);
    if (there === undefined) groups.set(text, [one]);
    else there.push(one);
  }
  return groups;
}
