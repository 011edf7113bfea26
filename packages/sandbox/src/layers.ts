import { type CapsOptions, type CapsPolicy, policy as capsPolicy } from '@sb/caps';
import type { RequirementLevel } from '@sb/core';
import type { LandlockPolicy } from '@sb/landlock';
import { lookupUser, policy as privdropPolicy, type PrivdropPolicy, type UserIdentity } from '@sb/privdrop';
import { policy as seccompPolicy, type SeccompPolicy } from '@sb/seccomp';

import { refuse } from './errors.js';
import { newExecKey, withExecOnce } from './exec-once.js';
import { absolutePaths, landlockPolicy } from './filesystem.js';
import { levelsWithSockets, withGrants, withSockets } from './granted.js';
import { layerLevel, levelOf, levelsOf } from './levels.js';
import { withoutMetadataHoles } from './metadata-holes.js';
import type { LandlockChoice, Levels, SandboxPolicy } from './options.js';
import { withoutTcpHoles } from './tcp-holes.js';
import { topFolders } from './top-folders.js';

/** The policies of the layers that a sandbox's policy comes to; undefined where a layer is off. */
export interface LayerPolicies {
  readonly privdrop: PrivdropPolicy | undefined;
  readonly caps: CapsPolicy | undefined;
  readonly landlock: LandlockPolicy | undefined;
  readonly seccomp: SeccompPolicy | undefined;
}

/**
 * Looks the user up and makes each layer's own policy.
 *
 * @param policy - from `definePolicy`
 * @param program - files of the target, which the file-system preset `minimal` grants
 * @param execKey - what the launcher's own exec is known by, where the policy lets no other through. Default: a new one
 * @throws SandboxError of the layer whose options are at fault, or whose user does not exist
 */
export function layerPolicies(policy: SandboxPolicy, program: readonly string[] = [], execKey?: bigint): LayerPolicies {
  const levels = levelsOf(policy);
  const landlock = landlockOf(policy, levels, program);
  const layers = {
    privdrop: privdropOf(policy, levels),
    caps: capsOf(policy, levels),
    landlock,
    seccomp: seccompOf(policy, levels, { landlock, execKey }),
  };
  checkRequired(levels, layers);
  return layers;
}

/** What is required and not asked for would look like a promise. */
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
      layer === 'privdrop' ? 'Name a user.' : 'Ask for it.',
    );
  }
}

function privdropOf(
  { user, groups = 'none', privateGroup = 'off' }: SandboxPolicy,
  levels: Levels,
): PrivdropPolicy | undefined {
  if (user === undefined || levelOf(levels, 'privdrop') === 'off') return undefined;
  return privdropPolicy({
    user: identityOf(user),
    groups,
    privateGroup,
    level: layerLevel(levels, 'privdrop'),
    // The launcher sets it for every sandbox, and the capabilities' layer says so.
    noNewPrivs: 'off',
    unsafeAllowCapabilities: true,
  });
}

/** The user as the name service has it, with its supplementary groups, or with none where it has no entry. */
function identityOf(user: NonNullable<SandboxPolicy['user']>): UserIdentity {
  return lookupUser(typeof user === 'object' ? user : { user });
}

const softFeatures = ['capabilities', 'keep', 'ambient', 'bounding', 'securebits'] as const;

function capsOf({ caps: choice = 'none' }: SandboxPolicy, levels: Levels): CapsPolicy | undefined {
  if (choice === 'off' || levelOf(levels, 'caps') === 'off') return undefined;
  const given: CapsOptions = choice === 'none' ? {} : choice;
  const options: CapsOptions = {
    ...given,
    ...(levelOf(levels, 'caps.bounding') === 'off' ? { bounding: 'leave' } : {}),
    ...(levelOf(levels, 'caps.securebits') === 'off' ? { securebits: 'leave' } : {}),
  };
  const asked = capsPolicy(options).levels;
  const named = softFeatures.filter((name) => asked[name] !== 'off');
  const soft = named.map((name) => [name, notOff(levelOf(levels, `caps.${name}`), `caps.${name}`)] as const);
  const noNewPrivs = layerLevel(levels, 'caps');
  return capsPolicy({ ...options, levels: { ...Object.fromEntries(soft), noNewPrivs } });
}

function notOff(level: RequirementLevel, name: string): Exclude<RequirementLevel, 'off'> {
  if (level !== 'off') return level;
  return refuse('off', `names ${name}, which the options ask for`, 'Leave it out of the options instead.');
}

function landlockOf(policy: SandboxPolicy, said: Levels, program: readonly string[]): LandlockPolicy | undefined {
  const { landlock: choice = 'read-only' } = policy;
  if (choice === 'off' || levelOf(said, 'landlock') === 'off') return undefined;
  const levels = levelsWithSockets(said, policy);
  const files: LandlockChoice = typeof choice === 'string' ? { preset: choice } : absolutePaths(choice);
  const given = withSockets(files, policy);
  if (given.preset === 'none' && Object.keys(given).length === 1) return undefined;
  const surroundings = { program, top: topFolders };
  const whole = landlockPolicy(given, surroundings);
  checkFeatures(whole, levels);
  const levelled = (level: RequirementLevel) =>
    whole.require.filter((feature) => levelOf(levels, `landlock.${feature}`) === level);
  const off = levelled('off');
  return landlockPolicy(
    { ...without(given, whole, off), require: levelled('require') } as LandlockChoice,
    surroundings,
  );
}

/** A name of a level that the policy has nothing for would look like a promise. */
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

function without(given: LandlockChoice, { handled, scope }: LandlockPolicy, off: readonly string[]): LandlockChoice {
  if (off.length === 0) return given;
  const keep = <Name extends string>(group: string, names: readonly Name[]): readonly Name[] =>
    names.filter((name) => !off.includes(`${group}.${name}`));
  const open = handled.net.filter((right) => off.includes(`net.${right}`));
  const net = { ...given.net, ...Object.fromEntries(open.map((right) => [netOption(right), 'any'])) };
  return { ...given, handle: keep('fs', handled.fs), scope: keep('scope', scope), net };
}

/** `connect_tcp` is `connectTcp` among the options. */
function netOption(right: string): string {
  return right.startsWith('unsafe_') ? right : right.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function seccompOf(
  policy: SandboxPolicy,
  levels: Levels,
  { landlock, execKey }: { readonly landlock: LandlockPolicy | undefined; readonly execKey: bigint | undefined },
): SeccompPolicy | undefined {
  const { seccomp: choice = 'deny-dangerous', execOnce = false } = policy;
  if (choice === 'off' || levelOf(levels, 'seccomp') === 'off') {
    if (execOnce) refuse('execOnce', 'needs the filter, which is switched off', 'Leave one of the two out.');
    return undefined;
  }
  const given = withGrants(typeof choice === 'string' ? { base: choice } : choice, policy);
  const closed = withoutMetadataHoles(withoutTcpHoles(given, landlock), landlock);
  const once = execOnce ? withExecOnce(closed, execKey ?? newExecKey()) : closed;
  return seccompPolicy({ ...once, level: layerLevel(levels, 'seccomp') });
}
