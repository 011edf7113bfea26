import { isDeepStrictEqual } from 'node:util';

import { escaped, escapedLines } from '@sb/core';
import type { Rule } from '@sb/seccomp';

import { isTopRule, ruleFindings } from '../policy/filesystem.js';
import { passes } from '../filter/questions.js';
import { cgroupNames } from '../policy/cgroup.js';
import { effectiveOf, partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import { remedyFor } from './cgroup-features.js';
import type { LayerPolicies } from './layers.js';
import { metadataCalls } from '../filter/metadata-rules.js';
import type { SandboxPolicy } from '../policy/options.js';
import { pathOf } from '../policy/path-text.js';
import { isTakenBack, type SandboxPlan } from './plan.js';
import { rlimitsOf } from './process-features.js';
import type { sharedFeatureNames } from './shared-features.js';
import { credentialsText } from './credentials-text.js';
import { readableOf } from '../grant/grants.js';
import { noUdp, profileOf } from '../policy/with-profile.js';
import { topFolders } from '../policy/top-folders.js';
import { profiles } from '../profile/profiles.js';

/**
 * Describes a plan in plain words: the user of the child, what it can reach, and what of that cannot be enforced on
 * this machine. Control characters in names of the policy are escaped, so that they cannot affect a terminal.
 *
 * @param given - from `definePolicy`
 * @param layers - from `layerPolicies`
 * @param plan - from `planSandbox`
 */
export function explainSandbox(given: SandboxPolicy, layers: LayerPolicies, plan: SandboxPlan): string {
  const policy = effectiveOf(given);
  const missing = plan.features.filter(({ state }) => state === 'unsupported');
  const lines: readonly (readonly [subject: string, text: string])[] = [
    ['user', userText(policy, layers)],
    ['capabilities', capsText(layers)],
    ['profile', profileText(policy)],
    ['files', filesText(layers, policy)],
    ...credentialLines(layers, policy),
    ...tmpLines(policy),
    ...findingLines(policy),
    ...linkLines(layers, plan),
    ['network', networkText(layers, plan)],
    ['isolation', isolationText(layers)],
    ['system calls', seccompText(layers)],
    ['unix sockets', sharedText(plan, 'unix_sockets', 'connected pairs only')],
    ['shared ipc', sharedText(plan, 'shared_ipc', 'none')],
    ['process', processText(policy, plan)],
    ['in force', plan.status],
    ...missing.map(
      ({ layer, feature, reason }) => ['missing', `${layer}.${feature}: ${reason ?? 'no reason'}`] as const,
    ),
    ...refusalLines(given, plan),
  ];
  return lines.map(([subject, text]) => `${subject.padEnd(13)} ${escapedLines(text)}\n`).join('');
}

/** What is required and missing refuses each start. Only limits of a cgroup come this far. */
function refusalLines(policy: SandboxPolicy, { features }: SandboxPlan): readonly (readonly [string, string])[] {
  const { levels } = partsOf(policy);
  return cgroupNames.flatMap((name) => {
    const line = features.find(({ feature, state }) => feature === `cgroup.${name}` && state === 'unsupported');
    if (line === undefined || levelOf(levels, `process.${line.feature}`) !== 'require') return [];
    const text = `a program would not run here: process.${line.feature} is required. ${remedyFor(name, line.reason ?? '')}`;
    return [['refused', text] as const];
  });
}

function userText(policy: SandboxPolicy, { privdrop }: LayerPolicies): string {
  if (isTakenBack(policy, 'privdrop')) return 'unchanged: the policy names a user, but switches privdrop off';
  if (privdrop === undefined) return 'unchanged';
  const groups = privdrop.groups.length === 0 ? 'no other groups' : `groups ${privdrop.groups.join(', ')}`;
  return `${privdrop.name ?? 'without a name'} (uid ${privdrop.uid}, gid ${privdrop.gid}, ${groups})`;
}

function capsText({ caps }: LayerPolicies): string {
  if (caps === undefined) return 'unchanged; no_new_privs';
  return `${caps.keep.length === 0 ? 'none' : caps.keep.join(', ')}; no_new_privs`;
}

/** What the policy starts from. */
function profileText(policy: SandboxPolicy): string {
  const name = profileOf(policy);
  if (name === undefined) return 'none: the policy says which files are accessible';
  return `${name}${policy.profile === undefined ? ' (the default)' : ''}: ${profiles[name].about}`;
}

/** Stands for the paths of the preset and the profile that read everything. */
const wholeTree = 'everything now in /, except /dev';

/** The paths that are replaced by one text; undefined if the policy does not start from everything. */
function wholeOf(policy: SandboxPolicy): { readonly paths: ReadonlySet<string>; readonly text: string } {
  const profile = profileOf(policy);
  if (profile === 'read') return { paths: new Set(readableOf(policy)), text: `${wholeTree} and credentials` };
  return { paths: new Set(profile === undefined ? topFolders() : []), text: wholeTree };
}

function filesText({ landlock }: LayerPolicies, policy: SandboxPolicy): string {
  if (landlock === undefined || landlock.handled.fs.length === 0) return 'not restricted';
  const whole = wholeOf(policy);
  const can = (right: string) => {
    const rules = landlock.paths.filter(({ rights }) => rights.some((one) => one === right));
    const paths = new Set(rules.map(({ path }) => path));
    const isWhole = whole.paths.size > 0 && [...whole.paths].every((path) => paths.has(path));
    const named = isWhole ? rules.filter((rule) => !isTopRule(rule, whole.paths)) : rules;
    const others = named.map(({ path }) => escaped(pathOf(path)));
    return [...(isWhole ? [whole.text] : []), ...(others.length > 0 ? [others.join(' ')] : [])];
  };
  const part = (verb: string, right: string) => `${verb} ${can(right).join('; ') || 'nothing'}`;
  return [part('read', 'read_file'), part('execute', 'execute'), part('write', 'write_file')].join('\n              ');
}

/** Which secrets of a home directory stay closed; presets for files do not protect them. */
function credentialLines(
  { landlock }: LayerPolicies,
  policy: SandboxPolicy,
): readonly (readonly [subject: string, text: string])[] {
  if (landlock === undefined || landlock.handled.fs.length === 0) return [];
  return [['credentials', credentialsText(landlock, policy)]];
}

/** The private directory of each start. */
function tmpLines({ tmp, home }: SandboxPolicy): readonly (readonly [subject: string, text: string])[] {
  if (tmp === undefined) return [];
  const where = tmp === 'memory' ? 'in /dev/shm' : 'in the temporary directory';
  const names = home === undefined ? 'TMPDIR' : 'TMPDIR, and HOME beside it';
  return [
    ['private tmp', `each start has a private directory ${where} (${names}); it is removed after the last process`],
  ];
}

/** Parts of the policy that are probably mistakes. */
function findingLines(policy: SandboxPolicy): readonly (readonly [subject: string, text: string])[] {
  const { landlock } = policy;
  if (typeof landlock !== 'object' || landlock.paths === undefined) return [];
  return ruleFindings(landlock, [...wholeOf(policy).paths]).map(({ code, place, path }) =>
    code === 'redundant-rule'
      ? ['redundant', `${place} grants nothing for ${escaped(path)} that is not granted already`]
      : ['replaceable', `${place} names ${escaped(path)}, which the program can replace for its next start`],
  );
}

/** Whose symbolic links may be in the path of a rule: the launcher checks them (`open_path.h` of `@sb/landlock`). */
function linkLines({ landlock }: LayerPolicies, { features }: SandboxPlan): readonly (readonly [string, string])[] {
  if (landlock === undefined || landlock.paths.length === 0) return [];
  const switches = features.some(({ feature, state }) => feature === 'user' && state === 'enforced');
  const text = switches
    ? 'in the path of a rule: followed if only root can place them, or to what another rule grants'
    : 'in the path of a rule: another program of the same user may have placed one';
  return [['links', text]];
}

function networkText({ landlock, seccomp }: LayerPolicies, { features }: SandboxPlan): string {
  const handled = landlock?.handled.net ?? [];
  const usual = (['connect_tcp', 'bind_tcp'] as const).filter((right) => !handled.includes(right));
  const restricted = handled.map((right) => {
    const ports = landlock?.ports.filter(({ rights }) => rights.includes(right)).map(({ port }) => port) ?? [];
    return `${right}: ${ports.length === 0 ? 'no port' : ports.join(', ')}`;
  });
  const sockets = seccomp?.sockets ?? 'any';
  const hasInternet = sockets === 'any' || sockets.some((family) => family === 'AF_INET' || family === 'AF_INET6');
  const isUdpRestricted =
    features.some(({ feature, state }) => feature === 'net.connect_send_udp' && state === 'enforced') ||
    noUdp().every((rule) => seccomp?.rules.some(({ syscall, when }) => isSame({ syscall, when }, rule)));
  return [
    ...usual.map((right) => `${right}: any port`),
    ...restricted,
    ...(hasInternet && !isUdpRestricted ? ['UDP: not restricted'] : []),
  ].join('; ');
}

/** Whether two rules concern the same calls. */
function isSame(a: Pick<Rule, 'syscall' | 'when'>, b: Pick<Rule, 'syscall' | 'when'>): boolean {
  return a.syscall === b.syscall && isDeepStrictEqual(a.when, b.when);
}

/** What it cannot reach of other processes. */
function isolationText({ landlock }: LayerPolicies): string {
  const parts = [
    ...(landlock?.scope.includes('signal') === true ? ['signal processes'] : []),
    ...(landlock?.scope.includes('abstract_unix_socket') === true ? ['use abstract sockets'] : []),
  ];
  return parts.length === 0 ? 'none' : `cannot ${parts.join(' or ')} outside the sandbox`;
}

function seccompText({ seccomp }: LayerPolicies): string {
  if (seccomp === undefined) return 'not filtered';
  const { base, deny, allow, sockets } = seccomp;
  const isReadOnly = metadataCalls.every((name) => deny.includes(name)) && !letsMetadata(seccomp);
  const others = isReadOnly ? deny.filter((name) => !metadataCalls.includes(name)) : deny;
  const more = [
    ...(isReadOnly ? ['no change of modes, owners, times and attributes of files'] : []),
    ...(others.length > 0 ? [`denied too: ${others.join(' ')}`] : []),
    ...(allow.length > 0 ? [`allowed too: ${allow.join(' ')}`] : []),
    `sockets: ${sockets === 'any' ? 'any' : sockets.join(' ')}`,
  ];
  return `${base}; ${more.join('; ')}`;
}

/** The open part, from its line of the report. */
function sharedText({ features }: SandboxPlan, name: (typeof sharedFeatureNames)[number], closed: string): string {
  const line = features.find(({ feature }) => feature === name);
  return line?.state === 'enforced' ? closed : (line?.reason ?? 'unknown');
}

/** Whether a rule of the policy itself may allow a change of metadata; otherwise such calls are denied. */
function letsMetadata({ allow, rules }: NonNullable<LayerPolicies['seccomp']>): boolean {
  const isAbout = (name: string) => name === 'ioctl' || metadataCalls.includes(name);
  return allow.some(isAbout) || rules.some(({ syscall, action }) => isAbout(syscall) && passes(action));
}

/** Limits of all its processes together. */
function cgroupText({ cgroup }: SandboxPolicy): readonly string[] {
  if (cgroup === undefined) return [];
  const { memory, pids, cpu } = cgroup;
  const parts = [
    ...(memory === undefined ? [] : [`${memory} bytes of memory`]),
    ...(pids === undefined ? [] : [`${pids} processes and threads`]),
    ...(cpu === undefined ? [] : [`${cpu}% of one processor`]),
  ];
  return parts.length === 0 ? [] : [`all its processes together: ${parts.join(', ')}`];
}

function processText(policy: SandboxPolicy, { features }: SandboxPlan): string {
  const isGuarded = features.some(({ feature, state }) => feature === 'descendants' && state === 'enforced');
  const limits = Object.entries(rlimitsOf(policy)).map(([name, value]) => `${name} ${value}`);
  return [
    policy.newSession === false ? 'in the session of its starter' : 'its own session',
    policy.dieWithParent === false ? 'may outlive its starter' : 'ends with its starter',
    ...(isGuarded ? ['what it starts ends with it'] : []),
    ...(policy.execOnce === true ? ['cannot execute another program'] : []),
    `limits: ${limits.join(', ')}`,
    ...cgroupText(policy),
  ].join('; ');
}
