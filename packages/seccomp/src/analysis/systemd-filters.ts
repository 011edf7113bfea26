/** The filters that systemd loads for settings of a unit: each is a separate policy, as `seccomp-util.c` makes it. */
import { type Action, allow, errno, killThread } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import { CLONE_NEW } from '../policy/detours.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Case } from '../exact/policy-cases.js';
import type { Architecture } from '../tables/architectures.js';
import { familyNumber, type SocketFamily } from '../tables/families.js';
import { syscallTable } from '../tables/syscalls.js';
import { bundleCase, bundleNames } from './bundled-calls.js';
import { writtenPolicy } from './written-policy.js';

/** Which calls of what a filter is about, and what becomes of the others. */
interface Filter {
  readonly architectures: readonly Architecture[];
  /** Calls that are answered otherwise than the others. */
  readonly calls: ReadonlyMap<string, Case>;
  /** For every other call of these architectures. */
  readonly others: Action;
  /** For calls of other architectures. Default: they go on. */
  readonly foreign?: Action;
  /** For calls of the x32 table. Default: they go on. */
  readonly x32?: Action;
}

function made({ architectures, calls, others, foreign = allow, x32 = allow }: Filter): SeccompPolicy {
  const names = new Set(architectures.flatMap((one) => [...syscallTable(one).values()]));
  const all = [...names].map((name): [string, Case] => [name, calls.get(name) ?? { rules: [], otherwise: others }]);
  return writtenPolicy({
    calls: new Map(all),
    unknown: others,
    foreign,
    x32,
    architectures,
    level: 'require',
  });
}

const always = (otherwise: Action): Case => ({ rules: [], otherwise });
const when = (conditions: readonly Condition[], action: Action): Case => ({
  rules: [{ when: conditions, action }],
  otherwise: allow,
});

/** `SystemCallFilter=`. @param calls - what becomes of each call that it lists */
export function listFilter(
  architectures: readonly Architecture[],
  calls: ReadonlyMap<string, Action>,
  others: Action,
): SeccompPolicy {
  // Those that make others: libseccomp adds rules for these unasked, where the list has a call that they make.
  const bundles = bundleNames
    .filter((name) => !calls.has(name))
    .map((name) => [name, bundleCase(name, calls, others)] as const);
  const cases = [...bundles, ...[...calls].map(([name, action]) => [name, always(action)] as const)];
  return made({ architectures, calls: new Map(cases), others });
}

/** Address families of a unit. */
export interface Families {
  readonly listed: readonly SocketFamily[];
  /** Whether these are denied, and not all others. */
  readonly isDeny: boolean;
}

/** `RestrictAddressFamilies=`, which is about `socket` only, and compares 64 bits. */
export function familyFilter(architectures: readonly Architecture[], { listed, isDeny }: Families): SeccompPolicy {
  const unsupported = errno('EAFNOSUPPORT');
  const numbers = listed.map(familyNumber);
  const denied = numbers.map((one) => ({ when: [arg(0).eq64(one)], action: unsupported }));
  const socket = isDeny
    ? { rules: denied, otherwise: allow }
    : when(
        numbers.map((one) => arg(0).ne64(one)),
        unsupported,
      );
  return made({ architectures, calls: new Map([['socket', socket]]), others: allow });
}

/** `RestrictNamespaces=`. @param closed - `CLONE_NEW*` of the kinds that cannot be made; default: all of them */
export function namespaceFilter(architectures: readonly Architecture[], closed: number = CLONE_NEW): SeccompPolicy {
  const denied = errno('EPERM');
  const makes = when([arg(0).maskedNe32(closed, 0)], denied);
  const enters: Case = {
    rules: [[arg(1).eq64(0)], [arg(1).maskedNe32(closed, 0)]].map((conditions) => ({
      when: conditions,
      action: denied,
    })),
    otherwise: allow,
  };
  const calls = new Map<string, Case>([
    ['clone3', always(errno('ENOSYS'))],
    ['setns', closed === CLONE_NEW ? always(denied) : enters],
    ['unshare', makes],
    ['clone', makes],
  ]);
  return made({ architectures, calls, others: allow });
}

/** `SystemCallArchitectures=`. @param isOpen - which tables go on that the policy has no names for */
export function architectureFilter(
  architectures: readonly Architecture[],
  isOpen: { readonly x32: boolean; readonly foreign: boolean },
): SeccompPolicy {
  const ended = (isLet: boolean) => (isLet ? allow : killThread);
  const { x32, foreign } = isOpen;
  return made({ architectures, calls: new Map(), others: allow, foreign: ended(foreign), x32: ended(x32) });
}
