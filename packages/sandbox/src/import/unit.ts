import { fromSystemd, type UnitSetting, unitSettings, unitSwitch } from '@sb/seccomp/analysis';
import type { Machine } from '@sb/seccomp';

import { definePolicy } from '../policy/define.js';
import type { SandboxOptions } from '../policy/options.js';
import { type CgroupName, cgroupNames, leastMemory } from '../policy/cgroup.js';
import type { Imported, UnsaidSetting } from './imported.js';
import { capsOf } from './unit-caps.js';
import { limitsOf } from './unit-limits.js';
import { nameOrId, plain, refuseSetting, sizeIn, wordsOf } from './unit-values.js';

/** Settings that the policy has, beside those of the filter. */
const ofPolicy =
  /^(?:User|Group|SupplementaryGroups|CapabilityBoundingSet|AmbientCapabilities|NoNewPrivileges|Limit[A-Z]+|Environment|WorkingDirectory|UMask)$/;

/** Settings that start, stop and log a service, and confine nothing. All others are named. */
const ofService =
  /^(?:Exec(?:Start|Stop|Reload|Condition)\w*|Type|ExitType|Restart\w*|Timeout\w+|RemainAfterExit|RuntimeMaxSec|Watchdog\w+|NotifyAccess|PIDFile|BusName|GuessMainPID|SuccessExitStatus|KillMode|\w*KillSignal|SendSIG\w+|Standard(?:Input|Output|Error)|Syslog\w*|Nice)$/;

/** Settings that are about system calls, which `fromSystemd` reads. */
const ofFilter = /^(?:SystemCall(?:Filter|ErrorNumber|Architectures)|RestrictAddressFamilies|RestrictNamespaces)$/;

/**
 * Reads what a unit of systemd says of a service's user, groups, capabilities, limits, environment, directory, umask and
 * system calls. Everything else that confines it is named.
 *
 * @param text - a unit, at most 1 MiB
 * @param machine - whose calls its filter is about
 * @throws SandboxError `invalid-policy` with the line in `path`; SeccompError of `fromSystemd`
 */
export function readUnit(text: string, machine: Machine): Imported {
  const settings = unitSettings(text);
  const unsaid: UnsaidSetting[] = [];
  // An empty assignment, for instance of a drop-in, resets a setting.
  const last = (name: string) => {
    const found = settings.findLast((one) => one.name === name);
    return found?.value === '' ? undefined : found;
  };
  const options: SandboxOptions = {
    landlock: 'off',
    ...userOf(last('User'), last('Group'), groupsOf(settings)),
    caps: capsOf(settings, last('User')),
    ...filterOf({ text, settings, machine, unsaid }),
    ...cgroupOf(last),
    rlimits: limitsOf(settings, unsaid),
    ...environmentOf(settings),
    ...whereOf(last('WorkingDirectory'), last('UMask'), unsaid),
  };
  refuseDynamicUser(last('DynamicUser'), last('User'));
  const isBounded = isCgroup('MemoryMax', last('MemoryMax')?.value ?? '');
  const isKnown = ({ name, value }: UnitSetting) =>
    isCgroup(name, value) || isKnownName(name) || (isBounded && withMemory.has(`${name}=${value}`));
  const isKnownName = (name: string) => ofFilter.test(name) || ofPolicy.test(name) || ofService.test(name);
  for (const setting of settings) {
    const { name, value, line } = setting;
    if (!isKnown(setting) && !isSwitchedOff(value) && value !== '')
      unsaid.push({ path: `line ${line}`, what: `${name} has no place in the policy` });
    if (/^(?:Group|SupplementaryGroups)$/.test(name) && value !== '' && last('User') === undefined)
      unsaid.push({ path: `line ${line}`, what: `${name} has no place in a policy without User` });
  }
  if (unitSwitch(last('NoNewPrivileges')?.value ?? 'no') !== true)
    unsaid.push({ path: 'NoNewPrivileges', what: 'a sandbox always sets no_new_privs' });
  return { policy: definePolicy(options), unsaid };
}

/** Not for 0, which many settings take as a number: the strictest one. */
const isSwitchedOff = (value: string): boolean => value !== '0' && unitSwitch(value) === false;

/** Without it the service would be root. */
function refuseDynamicUser(dynamic: UnitSetting | undefined, user: UnitSetting | undefined): void {
  if (dynamic === undefined || user !== undefined || unitSwitch(dynamic.value) === false) return;
  refuseSetting(dynamic, 'has DynamicUser=, which makes a user for each start', 'Name one by User=.');
}

function userOf(
  user: UnitSetting | undefined,
  group: UnitSetting | undefined,
  groups: readonly (string | number)[],
): Pick<SandboxOptions, 'user' | 'groups'> {
  if (user === undefined) return {};
  const name = nameOrId(plain(user.value, user));
  const own = group === undefined ? name : { user: name, group: nameOrId(plain(group.value, group)) };
  return { user: own, groups: groups.length === 0 ? 'initgroups' : groups };
}

/** The words of a list since it was last emptied. */
function listed(settings: readonly UnitSetting[], name: string): readonly (readonly [word: string, UnitSetting])[] {
  const own = settings.filter((one) => one.name === name);
  const since = own.slice(own.findLastIndex(({ value }) => value === '') + 1);
  return since.flatMap((one) => wordsOf(one).map((word) => [word, one] as const));
}

const groupsOf = (settings: readonly UnitSetting[]) =>
  listed(settings, 'SupplementaryGroups').map(([word]) => nameOrId(word));

interface FilterText {
  readonly text: string;
  readonly settings: readonly UnitSetting[];
  readonly machine: Machine;
  readonly unsaid: UnsaidSetting[];
}

function filterOf({ text, settings, machine, unsaid }: FilterText): Pick<SandboxOptions, 'seccomp'> {
  if (!settings.some(({ name, value }) => ofFilter.test(name) && value !== '')) return { seccomp: 'off' };
  const read = fromSystemd(text, { machine });
  // Those that load other filters are named with everything else that confines.
  unsaid.push(...read.unsaid.filter(({ what }) => !what.includes('loads a filter')));
  const { layer: _layer, level: _level, ...seccomp } = read.policy;
  return { seccomp };
}

/** Settings for the cgroup of a service, with the values that the policy has. */
const cgroupSettings = {
  memory: { name: 'MemoryMax', pattern: /^\d{1,15}[KMGT]?$/, least: leastMemory },
  pids: { name: 'TasksMax', pattern: /^\d{1,7}$/, least: 1 },
  cpu: { name: 'CPUQuota', pattern: /^\d{1,5}%$/, least: 1 },
} as const satisfies Readonly<Record<CgroupName, object>>;

/** What a sandbox sets with the limit for memory. */
const withMemory: ReadonlySet<string> = new Set(['MemorySwapMax=0', 'OOMPolicy=kill']);

/** A share of the memory or the tasks of the machine has no place in the policy, and nor has 0. */
function isCgroup(name: string, value: string): boolean {
  const found = Object.values(cgroupSettings).find((one) => one.name === name);
  if (found === undefined) return false;
  return value === 'infinity' || (found.pattern.test(value) && sizeIn(value) >= found.least);
}

function cgroupOf(last: (name: string) => UnitSetting | undefined): Pick<SandboxOptions, 'cgroup'> {
  const limits = cgroupNames.flatMap((name) => {
    const { value = 'infinity' } = last(cgroupSettings[name].name) ?? {};
    return value !== 'infinity' && isCgroup(cgroupSettings[name].name, value) ? [[name, sizeIn(value)] as const] : [];
  });
  return limits.length === 0 ? {} : { cgroup: Object.fromEntries(limits) };
}

function environmentOf(settings: readonly UnitSetting[]): Pick<SandboxOptions, 'env'> {
  const words = listed(settings, 'Environment');
  if (words.length === 0) return {};
  const pairs = words.map(([word, setting]) => {
    const at = word.indexOf('=');
    return at < 1 ? refuseSetting(setting, 'is not NAME=VALUE') : ([word.slice(0, at), word.slice(at + 1)] as const);
  });
  return { env: Object.fromEntries(pairs) };
}

function whereOf(
  folder: UnitSetting | undefined,
  umask: UnitSetting | undefined,
  unsaid: UnsaidSetting[],
): Pick<SandboxOptions, 'cwd' | 'umask'> {
  if (umask !== undefined && !/^0*[0-7]{1,3}$/.test(umask.value))
    return refuseSetting(umask, 'is not a mask of files', 'Write octal digits, such as 0027.');
  return {
    ...(folder === undefined ? {} : directoryOf(folder, unsaid)),
    ...(umask === undefined ? {} : { umask: Number.parseInt(umask.value, 8) }),
  };
}

/** `-` lets a service start without the directory, and `~` is the home of its user. */
function directoryOf(folder: UnitSetting, unsaid: UnsaidSetting[]): Pick<SandboxOptions, 'cwd'> {
  const path = plain(folder.value.replace(/^-/, ''), folder);
  const say = (what: string) => unsaid.push({ path: `line ${folder.line}`, what: `WorkingDirectory ${what}` });
  if (path === '~') {
    say('is the home directory of User there, and stays that of the caller here: name it by its path');
    return {};
  }
  if (!path.startsWith('/')) return refuseSetting(folder, 'is not an absolute path', 'Write one, or ~.');
  if (folder.value.startsWith('-')) say('may be missing there, and must exist here');
  return { cwd: path };
}
