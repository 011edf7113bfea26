/** The filters that systemd loads for settings of a unit: each is a separate policy, as `seccomp-util.c` makes it. */
import { type Action, allow, errno, killThread } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import { newNamespaces } from '../policy/detours.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Case } from '../exact/policy-cases.js';
import type { Architecture } from '../tables/architectures.js';
import { familyNumber, type SocketFamily } from '../tables/families.js';
import { syscallTable } from '../tables/syscalls.js';
import { writtenPolicy } from './written-policy.js';

/** Which calls of what a filter is about, and what becomes of the others. */
interface Filter {
  readonly architectures: readonly Architecture[];
  /** Calls that are answered otherwise than the others. */
  readonly calls: ReadonlyMap<string, Case>;
  /** For every other call of these architectures. */
  readonly others: Action;
  /** For calls of other architectures. */
  readonly foreign: Action;
}

function made({ architectures, calls, others, foreign }: Filter): SeccompPolicy {
  const names = new Set(architectures.flatMap((one) => [...syscallTable(one).values()]));
  const all = [...names].map((name): [string, Case] => [name, calls.get(name) ?? { rules: [], otherwise: others }]);
  return writtenPolicy({
    calls: new Map(all),
    unknown: others,
    foreign,
    x32: foreign,
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
  const cases = [...calls].map(([name, action]) => [name, always(action)] as const);
  return made({ architectures, calls: new Map(cases), others, foreign: allow });
}

/** `RestrictAddressFamilies=`, which is about `socket` only, and compares 64 bits. */
export function familyFilter(
  architectures: readonly Architecture[],
  families: readonly SocketFamily[],
  isDeny: boolean,
): SeccompPolicy {
  const unsupported = errno('EAFNOSUPPORT');
  const numbers = families.map(familyNumber);
  const denied = numbers.map((one) => ({ when: [arg(0).eq64(one)], action: unsupported }));
  const socket = isDeny
    ? { rules: denied, otherwise: allow }
    : when(
        numbers.map((one) => arg(0).ne64(one)),
        unsupported,
      );
  // i386 has socketcall, and systemd loads nothing there.
  const own = architectures.filter((one) => one !== 'i386');
  return made({ architectures: own, calls: new Map([['socket', socket]]), others: allow, foreign: allow });
}

/** `RestrictNamespaces=yes`. */
export function namespaceFilter(architectures: readonly Architecture[]): SeccompPolicy {
  const denied = errno('EPERM');
  const calls = new Map<string, Case>([
    ['clone3', always(errno('ENOSYS'))],
    ['setns', always(denied)],
    ['unshare', when(newNamespaces, denied)],
    ['clone', when(newNamespaces, denied)],
  ]);
  return made({ architectures, calls, others: allow, foreign: allow });
}

/** `SystemCallArchitectures=`. */
export function architectureFilter(architectures: readonly Architecture[]): SeccompPolicy {
  return made({ architectures, calls: new Map(), others: allow, foreign: killThread });
}
