import { type CapsPolicy, withLevels as withCapsLevels } from '@sb/caps';
import type { RequirementLevel } from '@sb/core';
import { type LandlockPolicy, resolvePaths, withLevels as withLandlockLevels } from '@sb/landlock';
import { lookupUser, policy as privdropPolicy, type PrivdropPolicy, type UserIdentity } from '@sb/privdrop';
import { policy as seccompPolicy, type SeccompOptions, type SeccompPolicy } from '@sb/seccomp';

import { absolutePath } from '../policy/absolute-path.js';
import { effectiveOf, partsOf, type PolicyParts } from '../policy/define.js';
import { refuse } from '../errors.js';
import { newExecKey, withExecOnce } from '../filter/exec-once.js';
import { grantsOf, type GrantsNow, readableOf } from '../grant/grants.js';
import { withOwnFolders, withProgram, withRules, withTop } from '../policy/filesystem.js';
import { levelsWithSockets, namesSockets, resolveUnix, withGrants } from '../policy/unix-and-ipc.js';
import { layerLevel, levelOf } from '../policy/levels.js';
import { withMetadataRules } from '../filter/metadata-rules.js';
import type { Levels, SandboxOptions, SandboxPolicy } from '../policy/options.js';
import { withTcpRules } from '../filter/tcp-rules.js';
import { topFolders } from '../policy/top-folders.js';
import { usualPolicy } from '../filter/usual.js';
import { profileOf } from '../policy/with-profile.js';
import { profiles } from '../profile/profiles.js';

/** The policies of the layers of a sandbox; undefined if a layer is off. */
export interface LayerPolicies {
  readonly privdrop: PrivdropPolicy | undefined;
  readonly caps: CapsPolicy | undefined;
  readonly landlock: LandlockPolicy | undefined;
  readonly seccomp: SeccompPolicy | undefined;
}

/** How layers are made. */
export interface Making extends GrantsNow {
  /** The key of the launcher's exec, if the policy allows no other. Default: a new one. */
  readonly execKey?: bigint | undefined;
}

/**
 * Looks the user up and makes each layer's own policy, once, from the policy as it was read. Relative paths begin at
 * the working directory of this process.
 *
 * @param given - from `definePolicy`
 * @param how - what is not in the policy
 * @throws SandboxError of the layer whose options are at fault, or whose user does not exist
 */
export function layerPolicies(given: SandboxPolicy, how: Making = {}): LayerPolicies {
  const policy = effectiveOf(given);
  const parts = partsOf(policy);
  const { levels } = parts;
  const landlock = landlockOf(policy, parts, how);
  const layers = {
    privdrop: privdropOf(policy, levels),
    caps: capsOf(parts),
    landlock,
    seccomp: seccompOf(policy, levels, { landlock, execKey: how.execKey }),
  };
  checkRequired(levels, layers);
  return layers;
}

/**
 * Adds the files of one program to the layers: the file-system preset `minimal` and most profiles grant them. Nothing
 * is made again.
 *
 * @param layers - from {@link layerPolicies}
 * @param policy - of these layers
 * @param files - of the target
 */
export function layersFor(
  layers: LayerPolicies,
  policy: SandboxPolicy,
  files: Parameters<typeof withProgram>[1],
): LayerPolicies {
  if (layers.landlock === undefined || !grantsProgram(policy)) return layers;
  return { ...layers, landlock: withProgram(layers.landlock, files) };
}

/**
 * Adds the private directory of one start to the layers, which may be written.
 *
 * @param layers - from {@link layerPolicies} or {@link layersFor}
 * @param policy - of these layers
 * @param tmp - its directories
 */
export function layersWithTmp(
  layers: LayerPolicies,
  policy: SandboxPolicy,
  { path, home }: { readonly path: string; readonly home: string | undefined },
): LayerPolicies {
  if (layers.landlock === undefined) return layers;
  const profile = profileOf(policy);
  const executes = profile !== undefined && profiles[profile].tmp === 'rwx';
  return { ...layers, landlock: withOwnFolders(layers.landlock, home === undefined ? [path] : [path, home], executes) };
}

function grantsProgram(policy: SandboxPolicy): boolean {
  const profile = profileOf(policy);
  return profile === undefined ? presetOf(policy) === 'minimal' : profiles[profile].program;
}

function presetOf({ landlock }: SandboxPolicy): string | undefined {
  return typeof landlock === 'string' ? landlock : landlock?.preset;
}

/** A required feature that the policy does not use would look like a promise. */
function checkRequired(levels: Levels, layers: LayerPolicies): void {
  for (const [name, level] of levels) {
    const [layer = '', feature] = name.split('.');
    if (level !== 'require' || layer === 'process') continue;
    const asked = layers[layer as keyof LayerPolicies];
    const isSoft = softFeatures.find((one) => layer === 'caps' && one === feature);
    if (asked !== undefined && (isSoft === undefined || layers.caps?.levels[isSoft] !== 'off')) continue;
    refuse(
      level,
      `names ${name}, which the policy does not ask for`,
      layer === 'privdrop' ? 'Name a user.' : 'Add it to the policy.',
    );
  }
}

/** The change of user of a policy. Looks the user up. */
export function privdropOf(
  { user, groups = 'none', privateGroup = 'off' }: SandboxOptions,
  levels: Levels,
): PrivdropPolicy | undefined {
  if (user === undefined || levelOf(levels, 'privdrop') === 'off') return undefined;
  return privdropPolicy({
    user: identityOf(user),
    groups,
    privateGroup,
    level: layerLevel(levels, 'privdrop'),
    // The launcher sets it for every sandbox, and the report of the capabilities' layer has it.
    noNewPrivs: 'off',
    unsafeAllowCapabilities: true,
  });
}

/** The user from the name service, with its supplementary groups; without groups if it has no entry. */
function identityOf(user: NonNullable<SandboxPolicy['user']>): UserIdentity {
  return lookupUser(typeof user === 'object' ? user : { user });
}

const softFeatures = ['capabilities', 'keep', 'ambient', 'bounding', 'securebits'] as const;

/** Features that the level `off` may remove: they are the second line of defence. */
const mayBeOff: ReadonlySet<string> = new Set(['bounding', 'securebits']);

function capsOf({ caps, levels }: PolicyParts): CapsPolicy | undefined {
  if (caps === undefined || levelOf(levels, 'caps') === 'off') return undefined;
  const named = softFeatures.filter((name) => caps.levels[name] !== 'off');
  const soft = named.map((name) => {
    const level = levelOf(levels, `caps.${name}`);
    return [name, mayBeOff.has(name) ? level : notOff(level, `caps.${name}`)] as const;
  });
  return withCapsLevels(caps, { ...Object.fromEntries(soft), no_new_privs: layerLevel(levels, 'caps') });
}

function notOff(level: RequirementLevel, name: string): Exclude<RequirementLevel, 'off'> {
  if (level !== 'off') return level;
  return refuse('off', `names ${name}, which the options set`, 'Leave it out of the options instead.');
}

function landlockOf(
  policy: SandboxPolicy,
  { landlock, levels: said }: PolicyParts,
  how: Making,
): LandlockPolicy | undefined {
  const isUnbounded = landlock === undefined || levelOf(said, resolveUnix) === 'off';
  // The filter cannot see a path: all sockets would be open.
  if (isUnbounded && namesSockets(policy)) {
    refuse('unix', `names sockets by path, but ${resolveUnix} is off, and nothing else distinguishes them`, unixHint);
  }
  if (landlock === undefined || levelOf(said, 'landlock') === 'off') return undefined;
  const levels = levelsWithSockets(said, policy);
  checkFeatures(landlock, levels);
  // The launcher opens them after it has changed to the child's working directory.
  const fixed = resolvePaths(landlock, (path) => absolutePath(path, how.folder));
  const whole = withStart(fixed, policy, how);
  const levelled = whole.require.map((feature) => [feature, levelOf(levels, `landlock.${feature}`)] as const);
  return withLandlockLevels(whole, Object.fromEntries(levelled));
}

/** Adds the grants of the preset or the profile on this machine. */
function withStart(fixed: LandlockPolicy, policy: SandboxPolicy, how: Making): LandlockPolicy {
  const name = profileOf(policy);
  if (name === undefined) return presetOf(policy) === 'read-only' ? withTop(fixed, topFolders()) : fixed;
  const profile = profiles[name];
  return profile.preset === 'read-only'
    ? withTop(fixed, readableOf(policy, how))
    : withRules(fixed, grantsOf(profile, policy, how));
}

const unixHint = 'Remove it from off, or grant any.';

/** The name of a level without a use in the policy would look like a promise. */
function checkFeatures(whole: LandlockPolicy, levels: Levels): void {
  const known = whole.require.flatMap((feature) => [`landlock.${feature}`, `landlock.${feature.split('.')[0]}`]);
  for (const [name, level] of levels) {
    if (!name.startsWith('landlock.') || known.includes(name)) continue;
    refuse(
      level,
      `names ${name}, which the policy does not ask for`,
      `It asks for: ${[...new Set(known)].join(', ')}.`,
    );
  }
}

/** Stands for a private directory. */
const anyFolder = '/tmp';

function seccompOf(
  policy: SandboxPolicy,
  levels: Levels,
  { landlock, execKey }: { readonly landlock: LandlockPolicy | undefined; readonly execKey: bigint | undefined },
): SeccompPolicy | undefined {
  const options = filterOptions(policy, levels, { landlock, execKey });
  return options && (usualPolicy(options) ?? seccompPolicy(options));
}

/** What the filter of a policy is made of; undefined without a filter. */
export function filterOptions(
  policy: SandboxPolicy,
  levels: Levels,
  { landlock, execKey }: { readonly landlock: LandlockPolicy | undefined; readonly execKey: bigint | undefined },
): SeccompOptions | undefined {
  const { seccomp: choice = 'deny-dangerous', execOnce = false } = policy;
  if (choice === 'off' || levelOf(levels, 'seccomp') === 'off') {
    if (execOnce) refuse('execOnce', 'needs the filter, which is off', 'Leave one of the two out.');
    return undefined;
  }
  const given = withGrants(typeof choice === 'string' ? { base: choice } : choice, policy);
  // The filter is made before the private directory exists, in which files may get another mode.
  const written = landlock && policy.tmp !== undefined ? withOwnFolders(landlock, [anyFolder]) : landlock;
  const closed = withMetadataRules(withTcpRules(given, landlock), written);
  const once = execOnce ? withExecOnce(closed, execKey ?? newExecKey()) : closed;
  return { ...once, level: layerLevel(levels, 'seccomp') };
}
