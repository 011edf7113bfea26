import { arg, type Base, errno, presets, type Rule, type SeccompOptions, type SocketFamily } from '@sb/seccomp';

import { refuse } from '../errors.js';
import { presetDefaults } from './filesystem.js';
import type { LandlockChoice, SandboxOptions } from './options.js';
import type { Profile, ProfileName, ProfilePorts } from '../profile/profile.js';
import { profiles } from '../profile/profiles.js';

type Filter = NonNullable<SandboxOptions['seccomp']>;

/** Numbers of linux/socket.h and linux/net.h. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_TYPE_MASK = 0xf;
const SOCK_DGRAM = 2;

/** What of the internet is by datagrams: Landlock has rules for it from ABI 10 on only (Linux 7.2). */
export const noUdp: readonly Rule[] = [AF_INET, AF_INET6].map((family) => ({
  syscall: 'socket',
  when: [arg(0).eq32(family), arg(1).maskedEq32(SOCK_TYPE_MASK, SOCK_DGRAM)],
  action: errno('EPROTONOSUPPORT'),
}));

/** The name of the profile that is in force; undefined where files are chosen by a preset, or not restricted. */
export function profileOf({ profile, landlock }: SandboxOptions): ProfileName | undefined {
  if (profile !== undefined) return profile;
  const isChosen = typeof landlock === 'string' || landlock?.preset !== undefined;
  return isChosen ? undefined : 'read';
}

/**
 * Options with what their profile says beside paths: ports, limits, the private folder, sockets. The options' own come to
 * it, and what can be said once they say. Pure.
 *
 * @throws SandboxError `invalid-policy` where a preset for files is named as well
 */
export function withProfile<Options extends SandboxOptions>(options: Options): Options {
  const { profile: name, landlock: own } = options;
  if (name === undefined) return options;
  refuseTwoChoices(own, name);
  if (name === 'read') return options;
  const profile = profiles[name];
  const choice = choiceOf(profile, typeof own === 'object' ? own : {});
  const { tmp = profile.tmp && 'private' } = options;
  const { home = tmp && profile.home } = options;
  return {
    ...options,
    landlock: choice,
    seccomp: filterOf(profile, options.seccomp ?? 'deny-dangerous', choice),
    ...(profile.rlimits === undefined ? {} : { rlimits: { ...profile.rlimits, ...options.rlimits } }),
    ...(tmp === undefined ? {} : { tmp }),
    ...(home === undefined ? {} : { home }),
  };
}

function refuseTwoChoices(landlock: SandboxOptions['landlock'], name: ProfileName): void {
  const preset = typeof landlock === 'object' ? landlock.preset : landlock;
  if (preset === undefined) return;
  refuse(
    'profile',
    `is ${name}, and landlock names ${preset}: both say what of the files stays`,
    'Leave one of the two out.',
  );
}

function choiceOf(profile: Profile, own: LandlockChoice): LandlockChoice {
  const { net = {}, paths = [] } = own;
  const { connectTcp, bindTcp } = net;
  return {
    ...presetDefaults,
    ...own,
    preset: profile.preset,
    paths,
    net: {
      ...net,
      connectTcp: bothPorts(profile.connectTcp, connectTcp),
      bindTcp: bothPorts(profile.bindTcp, bindTcp),
    },
  };
}

function bothPorts(granted: ProfilePorts, own: ProfilePorts = []): ProfilePorts {
  return granted === 'any' || own === 'any' ? 'any' : [...new Set([...granted, ...own])];
}

function filterOf({ internet }: Profile, given: Filter, { net }: LandlockChoice): Filter {
  if (given === 'off' || internet === 'always') return given;
  const filter: SeccompOptions = typeof given === 'string' ? { base: given } : given;
  const hasPorts = [net?.connectTcp, net?.bindTcp].some((ports) => ports === 'any' || (ports ?? []).length > 0);
  if (!hasPorts) return { ...filter, sockets: withoutInternet(filter) };
  const connects = net?.connectTcp === 'any' || (net?.connectTcp ?? []).length > 0;
  // Who connects looks names up, and asks by UDP.
  return internet === 'with-ports' || connects ? given : { ...filter, rules: [...(filter.rules ?? []), ...noUdp] };
}

const internetFamilies: ReadonlySet<SocketFamily> = new Set(['AF_INET', 'AF_INET6']);

/** Where the filter lets any family through, what is left is that of the usual one. */
function withoutInternet({ base, sockets = presets[base].sockets }: SeccompOptions): readonly SocketFamily[] {
  const usual: Base = 'deny-dangerous';
  const listed = sockets === 'any' ? presets[usual].sockets : sockets;
  return listed === 'any' ? [] : listed.filter((family) => !internetFamilies.has(family));
}
