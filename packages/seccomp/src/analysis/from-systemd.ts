import { type Action, killProcess } from '../policy/actions.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Machine } from '../tables/architectures.js';
import { intersect } from './algebra.js';
import type { Unsaid } from './unsaid.js';
import { unitTables, type UnitTables } from './systemd-architectures.js';
import { type CallList, callList, denialOf } from './systemd-calls.js';
import { architectureFilter, type Families, familyFilter, listFilter, namespaceFilter } from './systemd-filters.js';
import { closedNamespaces, familiesOf } from './systemd-lists.js';
import { unitRefusal, type UnitSetting, unitSettings, unitSwitch } from './systemd-unit.js';

/** What a unit came to. */
export interface FromSystemd {
  /** What all filters do together that systemd loads for these settings. */
  readonly policy: SeccompPolicy;
  /** Settings that load filters which the policy is without, and names that systemd skips. */
  readonly unsaid: readonly Unsaid[];
}

/** Settings that load a filter of another kind, which the policy is without. DynamicUser= has that of RestrictSUIDSGID=. */
const otherFilters = new Set([
  'DynamicUser',
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
  'SystemCallLog',
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
  const tables = unitTables(named('SystemCallArchitectures'), machine);
  const calls = callList(named('SystemCallFilter'), denial(named('SystemCallErrorNumber')), unsaid);
  const families = familiesOf(named('RestrictAddressFamilies'));
  const closed = closedNamespaces(named('RestrictNamespaces'));
  for (const { name, value, line } of settings.filter((one) => otherFilters.has(one.name))) {
    if (value !== '' && unitSwitch(value) !== false)
      unsaid.push({ path: `line ${line}`, what: `${name} loads a filter that the policy is without` });
  }
  if (calls === undefined && families === undefined && closed === 0 && !tables.isLimited)
    throw unitRefusal(0, 'says nothing of system calls', 'Name one with SystemCallFilter=.');
  return combined({ tables, calls, families, closed }, unsaid);
}

/** What the settings of a unit say. */
interface Said {
  readonly tables: UnitTables;
  readonly calls: CallList | undefined;
  readonly families: Families | undefined;
  /** `CLONE_NEW*` of all kinds of namespaces that cannot be made. */
  readonly closed: number;
}

/** All filters together. A table whose calls no policy can answer as they are answered there is let through, and named. */
function combined({ tables, ...said }: Said, unsaid: Unsaid[]): FromSystemd {
  const [native, ...others] = tables.architectures;
  if (native === undefined) throw new Error('a machine has a native table');
  // i386 makes sockets by socketcall, so systemd restricts no families there: one answer for both is not possible.
  const isApart = said.families !== undefined && others.length > 0;
  const architectures = isApart ? [native] : tables.architectures;
  const isOpen = { x32: tables.hasX32, foreign: tables.hasArm || isApart };
  const filters = [
    ...(said.families === undefined ? [] : [familyFilter(architectures, said.families)]),
    ...(said.closed === 0 ? [] : [namespaceFilter(architectures, said.closed)]),
    ...(tables.isLimited ? [architectureFilter(architectures, isOpen)] : []),
    ...(said.calls === undefined ? [] : [listFilter(architectures, said.calls.calls, said.calls.others)]),
  ];
  const open = [...(isApart ? others : []), ...(isOpen.x32 ? ['x32'] : []), ...(tables.hasArm ? ['32-bit ARM'] : [])];
  if (open.length > 0) unsaid.push({ path: 'SystemCallArchitectures', what: openNote(open, tables) });
  const [first, ...more] = filters;
  if (first === undefined) throw new Error('a unit that says something has a filter');
  return { policy: more.reduce((before, next) => intersect(before, next), first), unsaid };
}

const openNote = (open: readonly string[], { isLimited }: UnitTables): string =>
  `calls of ${open.join(' and ')} are filtered by name there, and all let through here${
    isLimited ? '' : ': SystemCallArchitectures=native would end them in both'
  }`;

/** The last assignment of what can be said once. */
const lastOf = (settings: readonly UnitSetting[]): UnitSetting | undefined => settings.at(-1);

function denial(settings: readonly UnitSetting[]): Action {
  const last = lastOf(settings);
  return last === undefined || last.value === '' ? killProcess : denialOf(last.value, last.line);
}
