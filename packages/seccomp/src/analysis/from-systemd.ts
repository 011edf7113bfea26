import { type Action, killProcess } from '../policy/actions.js';
import type { SeccompPolicy } from '../policy/options.js';
import { type Architecture, architectures, type Machine } from '../tables/architectures.js';
import { type SocketFamily, socketFamilies } from '../tables/families.js';
import { intersect } from './algebra.js';
import type { Unsaid } from './from-oci.js';
import { callList, denialOf } from './systemd-calls.js';
import { architectureFilter, familyFilter, listFilter, namespaceFilter } from './systemd-filters.js';
import { unitRefusal, type UnitSetting, unitSettings, unitSwitch } from './systemd-unit.js';

/** What a unit came to. */
export interface FromSystemd {
  /** What all filters do together that systemd loads for these settings. */
  readonly policy: SeccompPolicy;
  /** Settings that load filters which the policy is without, and names that systemd skips. */
  readonly unsaid: readonly Unsaid[];
}

/** Settings that load a filter of another kind, which the policy is without. */
const otherFilters = new Set([
  'LockPersonality',
  'MemoryDenyWriteExecute',
  'PrivateDevices',
  'ProtectClock',
  'ProtectHostname',
  'ProtectKernelLogs',
  'ProtectKernelModules',
  'ProtectKernelTunables',
  'RestrictRealtime',
  'RestrictSUIDSGID',
]);

const names: ReadonlyMap<string, Architecture> = new Map([
  ['x86-64', 'x86_64'],
  ['x86', 'i386'],
  ['arm64', 'aarch64'],
  ['riscv64', 'riscv64'],
]);

/**
 * The policy of a unit of systemd 257: what the filters do together that it loads for `SystemCallFilter=`,
 * `SystemCallErrorNumber=`, `SystemCallArchitectures=`, `RestrictAddressFamilies=` and `RestrictNamespaces=`.
 *
 * @param text - a unit, or its settings alone; at most 1 MiB
 * @param machine - whose machine it is
 * @throws SeccompError `invalid-profile` with the line, also where nothing of it is about calls; `inexpressible`
 * @see systemd.exec(5)
 */
export function fromSystemd(text: string, { machine = 'x86_64' }: { readonly machine?: Machine } = {}): FromSystemd {
  const settings = unitSettings(text);
  const unsaid: Unsaid[] = [];
  const named = (name: string) => settings.filter((one) => one.name === name);
  const native: Architecture = machine;
  const listed = architecturesOf(named('SystemCallArchitectures'), native);
  const own = listed ?? [native];
  const calls = callList(named('SystemCallFilter'), denial(named('SystemCallErrorNumber')), unsaid);
  const families = familiesOf(named('RestrictAddressFamilies'));
  const filters = [
    ...(families === undefined ? [] : [familyFilter(own, families.listed, families.isDeny)]),
    ...(restrictsNamespaces(named('RestrictNamespaces')) ? [namespaceFilter(own)] : []),
    ...(listed === undefined ? [] : [architectureFilter(listed)]),
    ...(calls === undefined ? [] : [listFilter(own, calls.calls, calls.others)]),
  ];
  for (const { name, value, line } of settings.filter((one) => otherFilters.has(one.name))) {
    if (unitSwitch(value) !== false)
      unsaid.push({ path: `line ${line}`, what: `${name} loads a filter that the policy is without` });
  }
  const [first, ...others] = filters;
  if (first === undefined) throw unitRefusal(0, 'says nothing of system calls', 'Name one with SystemCallFilter=.');
  if (listed === undefined && machine === 'x86_64')
    unsaid.push({ path: 'SystemCallArchitectures', what: 'calls of i386 and x32 are filtered by name there' });
  return { policy: others.reduce((before, next) => intersect(before, next), first), unsaid };
}

/** The last assignment of what can be said once. */
const lastOf = (settings: readonly UnitSetting[]): UnitSetting | undefined => settings.at(-1);

function denial(settings: readonly UnitSetting[]): Action {
  const last = lastOf(settings);
  return last === undefined || last.value === '' ? killProcess : denialOf(last.value, last.line);
}

/** Words of a list setting since it was last emptied. */
function wordsOf(settings: readonly UnitSetting[]): readonly { readonly word: string; readonly line: number }[] {
  const since = settings.slice(settings.findLastIndex(({ value }) => value === '') + 1);
  return since.flatMap(({ value, line }) => value.split(/\s+/).map((word) => ({ word, line })));
}

function architecturesOf(settings: readonly UnitSetting[], native: Architecture): readonly Architecture[] | undefined {
  const words = wordsOf(settings);
  if (words.length === 0) return undefined;
  const listed = words.map(({ word, line }) => {
    const found = word === 'native' ? native : names.get(word);
    if (found === undefined) throw unitRefusal(line, `names an architecture that no policy has: ${word}`);
    return found;
  });
  // The native one is always among them.
  const { machine } = architectures[native];
  return [...new Set([native, ...listed])].filter((one) => architectures[one].machine === machine);
}

interface Families {
  readonly listed: readonly SocketFamily[];
  readonly isDeny: boolean;
}

function familiesOf(settings: readonly UnitSetting[]): Families | undefined {
  const since = settings.slice(settings.findLastIndex(({ value }) => value === '') + 1);
  const [first] = since;
  if (first === undefined) return undefined;
  const isDeny = first.value.startsWith('~');
  const listed = new Set<SocketFamily>();
  for (const { value, line } of since) {
    if (value.startsWith('~') !== isDeny)
      throw unitRefusal(line, 'mixes families to allow and to deny', 'Write one list.');
    for (const word of value.replace(/^~/, '').split(/\s+/)) {
      const name = word === 'AF_LOCAL' ? 'AF_UNIX' : word;
      const family = socketFamilies.find((one) => one === name);
      if (family === undefined && name !== 'none') throw unitRefusal(line, `is not an address family: ${word}`);
      if (family !== undefined) listed.add(family);
    }
  }
  return { listed: [...listed], isDeny };
}

/** Whether every kind of namespace is closed. @throws SeccompError where only some are, which no policy of this package is read from */
function restrictsNamespaces(settings: readonly UnitSetting[]): boolean {
  const last = lastOf(settings);
  if (last === undefined || last.value === '') return false;
  const all = unitSwitch(last.value);
  if (all === undefined)
    throw unitRefusal(last.line, 'restricts some namespaces only', 'Say yes, or leave it out and look at it yourself.');
  return all;
}
