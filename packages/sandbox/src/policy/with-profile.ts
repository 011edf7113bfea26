import { arg, type Base, presets, type Rule, type SeccompOptions, type SocketFamily } from '@sb/seccomp';

import { refuse } from '../errors.js';
import { failing } from './failing.js';
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

/** Datagram sockets of the internet: Landlock has rules for them only from ABI 10 on (Linux 7.2). */
export const noUdp = (): readonly Rule[] =>
  [AF_INET, AF_INET6].map((family) => ({
    syscall: 'socket',
    when: [arg(0).eq32(family), arg(1).maskedEq32(SOCK_TYPE_MASK, SOCK_DGRAM)],
    action: failing('EPROTONOSUPPORT'),
  }));

/** The name of the profile in force; undefined if a preset chooses the files, or if they are not restricted. */
export function profileOf({ profile, landlock }: SandboxOptions): ProfileName | undefined {
  if (profile !== undefined) return profile;
  const isChosen = typeof landlock === 'string' || landlock?.preset !== undefined;
  return isChosen ? undefined : 'read';
}

/**
 * Adds the settings of the profile to options, other than paths: ports, limits, the private directory, sockets. Lists
 * of the options are added to them, and single values of the options replace them. Pure.
 *
 * @throws SandboxError `invalid-policy` if a preset for files is named as well
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
    `is ${name}, but landlock names ${preset}, and only one of them can choose the files`,
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
  // A program that connects needs name look-ups, which use UDP.
  return internet === 'with-ports' || connects ? given : { ...filter, rules: [...(filter.rules ?? []), ...noUdp()] };
}

const internetFamilies: ReadonlySet<SocketFamily> = new Set(['AF_INET', 'AF_INET6']);

/** If the filter allows any family, the rest is that of the default filter. */
function withoutInternet({ base, sockets = presets[base].sockets }: SeccompOptions): readonly SocketFamily[] {
  const usual: Base = 'deny-dangerous';
  const listed = sockets === 'any' ? presets[usual].sockets : sockets;
  return listed === 'any' ? [] : listed.filter((family) => !internetFamilies.has(family));
}
