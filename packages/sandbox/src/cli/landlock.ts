import { presetDefaults } from '../policy/filesystem.js';
import type { FilesystemPreset, LandlockChoice, SandboxOptions, ShortRule } from '../policy/options.js';
import type { ProfileName } from '../profile/profile.js';
import { profiles } from '../profile/profiles.js';
import type { Arguments } from './arguments.js';
import type { OptionName } from './options.js';
import { misuse } from './usage-error.js';
import { integerOf } from './words.js';

/** Options that grant access to paths, with the same names as in rules. */
export const accesses = ['ro', 'rx', 'rw', 'rwx'] as const;

/** The options for files. */
export const fileOptions = [
  'fs',
  ...accesses,
  ...accesses.map((access) => `${access}?` as const),
] as const satisfies readonly OptionName[];

/** The options for ports. */
export const portOptions = ['connect-tcp', 'bind-tcp'] as const satisfies readonly OptionName[];

/** The options for this layer. */
const aboutLandlock = [...fileOptions, ...portOptions, 'scope'] as const;

/**
 * Returns the choice for files, ports and scopes: that of the policy file with the additions of the options. `--fs
 * none` grants nothing, and keeps the scopes and ports of the other presets.
 *
 * @param args - the command line
 * @param before - options of the policy file
 * @throws UsageError if the file switches the layer off and an option adds to it, or if an option revokes a grant of a
 *   profile
 */
export function landlockFrom(
  args: Arguments,
  { landlock: before, profile: named }: SandboxOptions,
): SandboxOptions['landlock'] {
  const given = aboutLandlock.filter((name) => args.has(name));
  if (given.length === 0) return before;
  const preset = args.one('fs') as FilesystemPreset | undefined;
  if (before === 'off' && preset === undefined) {
    return misuse(`the policy file switches landlock off, but --${given[0]} adds to it`, 'Give --fs as well.');
  }
  refuseNoPorts(args, (args.one('profile') as ProfileName | undefined) ?? named);
  const start = startOf(before);
  const strict: LandlockChoice = preset === 'none' ? presetDefaults : {};
  return {
    ...strict,
    ...start,
    ...(preset === undefined ? {} : { preset }),
    paths: [...(start.paths ?? []), ...rulesFrom(args)],
    net: { ...strict.net, ...start.net, ...netFrom(args, start.net ?? {}) },
    ...(args.has('scope') ? { scope: wordsOrNone(args.list('scope')) as NonNullable<LandlockChoice['scope']> } : {}),
  };
}

/** Options add to a profile: a port that it grants cannot be revoked. */
function refuseNoPorts(args: Arguments, name: ProfileName | undefined): void {
  if (name === undefined || name === 'read') return;
  const { connectTcp } = profiles[name];
  if (!args.list('connect-tcp').includes('none') || connectTcp === 'any' || connectTcp.length === 0) return;
  misuse(
    `--connect-tcp none revokes ports that the profile ${name} grants`,
    'Options add to a profile: leave this option out, or use another profile.',
  );
}

function startOf(before: SandboxOptions['landlock']): LandlockChoice {
  if (typeof before === 'object') return before;
  return before === undefined || before === 'off' ? {} : { preset: before };
}

function rulesFrom(args: Arguments): readonly ShortRule[] {
  return accesses.flatMap((access) => {
    const needed = args.all(access).map((path): ShortRule => ({ [access]: path }));
    return needed.concat(args.all(`${access}?`).map((path): ShortRule => ({ [access]: path, optional: true })));
  });
}

type Net = NonNullable<LandlockChoice['net']>;

function netFrom(args: Arguments, before: Net): Net {
  return {
    ...(args.has('connect-tcp') ? { connectTcp: portsFrom(args, 'connect-tcp', before.connectTcp) } : {}),
    ...(args.has('bind-tcp') ? { bindTcp: portsFrom(args, 'bind-tcp', before.bindTcp) } : {}),
  };
}

/** `any` leaves the right unrestricted, `none` forbids every port; otherwise the ports of the file and these. */
function portsFrom(args: Arguments, name: OptionName, before: Net['bindTcp'] = []): readonly number[] | 'any' {
  const words = args.list(name);
  if (words[0] === 'any' && words.length === 1) return 'any';
  const alone = words.find((word) => word === 'any' || (word === 'none' && words.length > 1));
  if (alone !== undefined) misuse(`--${name} ${alone} cannot be combined with other ports`, 'Leave one out.');
  const ports = wordsOrNone(words).map((word) => integerOf(word, name));
  if (words[0] === 'none') return [];
  return [...new Set([...(before === 'any' ? [] : before), ...ports])];
}

/** `none` means an empty list. */
function wordsOrNone(words: readonly string[]): readonly string[] {
  if (!words.includes('none')) return words;
  return words.length === 1
    ? []
    : misuse(`none cannot be combined with other values: ${words.join(', ')}`, 'Leave one out.');
}
