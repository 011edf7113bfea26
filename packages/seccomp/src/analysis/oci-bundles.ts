/** What libseccomp makes of rules for sockets and IPC on i386, where other calls make them (abi_rule_add of src/arch-x86.c). */
import type { Case } from '../exact/policy-cases.js';
import { type Action, sameAction } from '../policy/actions.js';
import { arg } from '../policy/conditions.js';
import { bundledIn, bundleNames } from './bundled-calls.js';
import { looser } from './precedence.js';
import type { Unsaid } from './unsaid.js';

/** Rules with conditions, for one call. */
export interface NamedRules {
  readonly name: string;
  readonly own: Case['rules'];
}

interface Bundled {
  /** Rules without conditions. */
  readonly whole: ReadonlyMap<string, Action>;
  readonly partial: readonly NamedRules[];
  readonly otherwise: Action;
  readonly unsaid: Unsaid[];
}

/**
 * Adds the rules of `socketcall` and `ipc`: the number of the call takes the place of a condition on the first argument, and other
 * conditions stay. If rules for one call then differ, the loosest answer stands for all of them, and a note says so.
 */
export function addBundles(calls: Map<string, Case>, { whole, partial, otherwise, unsaid }: Bundled): void {
  for (const bundle of bundleNames.filter((name) => !whole.has(name))) {
    const before = calls.get(bundle);
    if (before === undefined) continue;
    const rules: Case['rules'][number][] = [...before.rules];
    const unclear: string[] = [];
    for (const [name, number] of bundledIn(bundle)) {
      const isThis = arg(0).eq32(number);
      const all = whole.get(name);
      const own = partial.filter((one) => one.name === name).flatMap((one) => one.own);
      const [first] = own;
      if (all !== undefined) rules.push({ when: [isThis], action: all });
      else if (first !== undefined && own.every(({ action }) => sameAction(action, first.action)))
        rules.push(
          ...own.map(({ when, action }) => ({ when: [isThis, ...when.filter((one) => one.arg !== 0)], action })),
        );
      else if (first !== undefined) {
        unclear.push(name);
        rules.push({ when: [isThis], action: own.reduce((answer, { action }) => looser(answer, action), otherwise) });
      }
    }
    calls.set(bundle, { ...before, rules });
    if (unclear.length > 0)
      unsaid.push({ path: bundle, what: `${unclear.join(', ')} of i386 has the loosest answer of its rules here` });
  }
}
