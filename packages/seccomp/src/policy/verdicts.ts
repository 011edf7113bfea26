import { type Action, allow, errno, lets } from './actions.js';
import type { Architecture } from '../tables/architectures.js';
import { arg, type Condition } from './conditions.js';
import { closeDetours, isShut, newNamespaces } from './detours.js';
import { familyNumber } from '../tables/families.js';
import { expandGroup } from '../tables/groups.js';
import type { SeccompPolicy } from './options.js';
import { presets } from './presets.js';
import type { Rule } from './rules.js';
import { syscallTable } from '../tables/syscalls.js';

/** A rule and its place, for instance `rules[2]` or `deny-dangerous rule 0`. */
interface PlacedRule extends Rule {
  readonly origin: string;
}

/** What a policy says about one call of one architecture. */
export interface Verdict {
  /** In order; the first whose conditions all hold decides. */
  readonly rules: readonly PlacedRule[];
  /** The action if none matches. */
  readonly otherwise: Action;
  /** Why, for instance `deny @mount`. */
  readonly origin: string;
}

const familyCalls = ['socket', 'socketpair'];
const SOCK_TYPE_MASK = 0xf;
const SOCK_PACKET = 10;
const notImplemented = errno('ENOSYS');

type Table = ReadonlyMap<number, Verdict>;

/** Planning, compiling and evaluating use the same one. */
const tables = new WeakMap<SeccompPolicy, Map<Architecture, Table>>();

/**
 * Returns what a policy says about every call of an architecture, by number.
 *
 * @param policy - from `policy`
 * @param architecture - one that the policy lists
 */
export function verdicts(policy: SeccompPolicy, architecture: Architecture): Table {
  let table = tables.get(policy);
  if (table === undefined) tables.set(policy, (table = new Map()));
  let found = table.get(architecture);
  if (found === undefined) table.set(architecture, (found = made(policy, architecture)));
  return found;
}

function made(policy: SeccompPolicy, architecture: Architecture): Table {
  const byName = new Map<string, Verdict>();
  const names = syscallTable(architecture);
  const lists = listed(policy);
  const rules = placedRules(policy);
  for (const name of names.values()) byName.set(name, verdictOf(name, { policy, lists, rules }));
  closeNamespaces(byName, policy);
  closeDetours(byName, policy.allow);
  return new Map([...names].map(([number, name]) => [number, byName.get(name) as Verdict]));
}

interface Context {
  readonly policy: SeccompPolicy;
  readonly lists: ReadonlyMap<string, Listing>;
  readonly rules: Readonly<Record<'sockets' | 'own' | 'preset', ReadonlyMap<string, readonly PlacedRule[]>>>;
}

interface Listing {
  readonly listed: 'allow' | 'deny';
  readonly origin: string;
  /** Whether the policy itself says so, rather than its starting point. */
  readonly isOwn: boolean;
}

function verdictOf(name: string, { policy, lists, rules }: Context): Verdict {
  const preset = presets[policy.base];
  const fromBase: Listing = { listed: preset.others, origin: `${policy.base}: other calls`, isOwn: false };
  const { listed: verdict, origin, isOwn } = lists.get(name) ?? fromBase;
  return {
    rules: [
      ...(rules.sockets.get(name) ?? []),
      ...(rules.own.get(name) ?? []),
      // A call that the policy itself denies is denied with all arguments.
      ...(isOwn && verdict === 'deny' ? [] : (rules.preset.get(name) ?? [])),
    ],
    otherwise: verdict === 'allow' ? allow : deniedAs(name, policy),
    origin,
  };
}

/** `clone3` hides its flags behind a pointer; programs fall back to `clone` on ENOSYS, and abort on EPERM. */
function deniedAs(name: string, { denied }: SeccompPolicy): Action {
  return name === 'clone3' && denied.action === 'errno' ? notImplemented : denied;
}

/** The list of each listed call; later entries outweigh earlier ones. */
function listed(policy: SeccompPolicy): ReadonlyMap<string, Listing> {
  const lists = new Map<string, Listing>();
  const add = (name: string, listing: Listing) => {
    const calls = name.startsWith('@') ? expandGroup(name).keys() : [name];
    for (const call of calls) lists.set(call, listing);
  };
  const { group, listed: verdict } = presets[policy.base];
  if (group !== undefined) add(group, { listed: verdict, origin: `${policy.base}: ${group}`, isOwn: false });
  for (const isGroup of [true, false]) {
    for (const list of ['allow', 'deny'] as const) {
      for (const name of policy[list].filter((entry) => entry.startsWith('@') === isGroup)) {
        add(name, { listed: list, origin: `${list} ${name}`, isOwn: true });
      }
    }
  }
  return lists;
}

function placedRules(policy: SeccompPolicy): Context['rules'] {
  const sockets = familyCalls.flatMap((syscall) =>
    otherFamilies(policy).map((when) => ({ syscall, when, action: errno('EAFNOSUPPORT'), origin: 'sockets' })),
  );
  const place = (rules: readonly Rule[], origin: (index: number) => string) =>
    byCall(rules.map((rule, index) => ({ ...rule, origin: origin(index) })));
  return {
    sockets: byCall(sockets),
    own: place(policy.rules, (index) => `rules[${index}]`),
    preset: place(presets[policy.base].rules, (index) => `${policy.base} rule ${index}`),
  };
}

/** Conditions for a socket of a family that the policy does not list; each list of conditions is a separate rule. */
function otherFamilies({ sockets }: SeccompPolicy): readonly (readonly Condition[])[] {
  if (sockets === 'any') return [];
  const unlisted = sockets.map((family) => arg(0).ne32(familyNumber(family)));
  // An old spelling: __sock_create() in net/socket.c takes AF_INET with SOCK_PACKET for AF_PACKET.
  const packet = [arg(0).eq32(familyNumber('AF_INET')), arg(1).maskedEq32(SOCK_TYPE_MASK, SOCK_PACKET)];
  return sockets.includes('AF_INET') && !sockets.includes('AF_PACKET') ? [unlisted, packet] : [unlisted];
}

function byCall(rules: readonly PlacedRule[]): ReadonlyMap<string, readonly PlacedRule[]> {
  const map = new Map<string, PlacedRule[]>();
  for (const rule of rules) {
    const own = map.get(rule.syscall);
    if (own === undefined) map.set(rule.syscall, [rule]);
    else own.push(rule);
  }
  return map;
}

/** If unshare is denied, clone must not create the namespaces instead, unless the policy allows clone by name. */
function closeNamespaces(byName: Map<string, Verdict>, policy: SeccompPolicy): void {
  const [unshare, clone] = [byName.get('unshare'), byName.get('clone')];
  if (unshare === undefined || clone === undefined || !isShut(unshare) || !lets(clone.otherwise)) return;
  const hasPresetRules = presets[policy.base].rules.some(({ syscall }) => syscall === 'clone');
  if (hasPresetRules || policy.allow.includes('clone')) return;
  const rule = { syscall: 'clone', when: newNamespaces, action: policy.denied, origin: 'namespaces of clone' };
  byName.set('clone', { ...clone, rules: [...clone.rules, rule] });
}
