import type { PolicyPathRule } from './options.js';

/** A rule, and where it stands in its list. */
export interface Placed {
  readonly rule: PolicyPathRule;
  readonly index: number;
}

/** A list of rules with where each stands. */
export function placed(all: readonly PolicyPathRule[]): readonly Placed[] {
  return all.map((rule, index) => ({ rule, index }));
}

/** Rules that have a text in common, in their order: thousands of them are compared within their group alone. */
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
