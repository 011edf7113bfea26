import type { LandlockChoice, SandboxOptions } from '@sb/sandbox';

import { portOf, type Ports } from '../values/port.js';

/** Where a file may come from. */
interface Sources {
  readonly sources: readonly string[];
}

/** The URLs that a worker asks servers for. */
export function urlsOf(files: readonly Sources[]): readonly URL[] {
  const urls = files.flatMap(({ sources }) => sources.map((source) => new URL(source)));
  return urls.filter(({ protocol }) => protocol !== 'file:');
}

/**
 * The TCP ports that a worker needs: those of its sources, and those that redirects may lead to. They are fixed when it
 * starts; a host that is asked on port 80 may well send to https, its own or another's.
 *
 * @param redirectPorts - undefined: 443 where a source has port 80
 */
export function portsOf(files: readonly Sources[], redirectPorts: Ports | undefined): Ports {
  if (redirectPorts === 'any') return 'any';
  const own = urlsOf(files).map(portOf);
  const more = redirectPorts ?? (own.includes(80) ? [443] : []);
  return [...new Set([...own, ...more])].sort((a, b) => a - b);
}

/** What nothing else is said about: it reads what Node needs, and starts nothing. */
const defaultLandlock: LandlockChoice = { preset: 'minimal' };
const defaultSeccomp: NonNullable<SandboxOptions['seccomp']> = 'network-client';

/**
 * No sockets by path or name: through one, a process that was taken over could hand what it has open to any other. Nothing
 * else is lost by it. A name server is asked by UDP and TCP, and where nsswitch.conf(5) names `resolve`, or nscd(8)
 * runs, the C library goes on to its own resolver when their sockets can't be had.
 */
const noUnixSockets = {
  syscall: 'socket',
  when: [{ arg: 0, compare: 'eq32', value: 1 }],
  action: { action: 'errno', errno: 'EAFNOSUPPORT' },
} as const;

/**
 * No calls that fill or drain a pipe from elsewhere: they hold it for as long as the other side is silent, and who reads it, or
 * closes it, waits and hears no signal (splice_file_to_pipe() of the kernel). So a server could stop the parent of a worker
 * that was taken over. Nothing here uses them.
 */
const noHeldPipes = ['splice', 'tee', 'vmsplice', 'sendfile'].map(
  (syscall) => ({ syscall, action: { action: 'errno', errno: 'EPERM' } }) as const,
);

/**
 * What a worker is confined by: nothing that it can write, not even to a file that is open, TCP connections to the given
 * ports only, no unix sockets, no pipe that is held up, threads but no processes; where it becomes another user, a group that no other process of
 * that one has. Where the base says something else of files or calls, that, with the ports beside its own.
 *
 * @param base - user, levels, and other choices than these
 * @param ports - TCP ports that it may connect to
 * @param proxies - ports of proxies, which it may connect to as well. Default: none
 */
export function confinement(base: SandboxOptions, ports: Ports, proxies: readonly number[] = []): SandboxOptions {
  const { landlock = defaultLandlock, seccomp = defaultSeccomp } = base;
  return {
    ...base,
    ...(base.user === undefined ? {} : { privateGroup: base.privateGroup ?? 'prefer' }),
    landlock: withPorts(landlock, ports === 'any' ? 'any' : [...ports, ...proxies]),
    seccomp: withoutDetours(seccomp),
    execOnce: seccomp !== 'off' && base.off?.includes('seccomp') !== true,
    rlimits: { core: 0, fsize: 0 },
  };
}

function withoutDetours(choice: NonNullable<SandboxOptions['seccomp']>): NonNullable<SandboxOptions['seccomp']> {
  if (choice === 'off') return choice;
  const given = typeof choice === 'string' ? { base: choice } : choice;
  return { ...given, rules: [noUnixSockets, ...noHeldPipes, ...(given.rules ?? [])] };
}

function withPorts(
  choice: NonNullable<SandboxOptions['landlock']>,
  ports: Ports,
): NonNullable<SandboxOptions['landlock']> {
  if (choice === 'off') return choice;
  const { net = {}, ...rest }: LandlockChoice = typeof choice === 'string' ? { preset: choice } : choice;
  const { connectTcp = [] } = net;
  return {
    ...rest,
    net: {
      ...net,
      connectTcp: connectTcp === 'any' || ports === 'any' ? 'any' : [...new Set([...connectTcp, ...ports])],
    },
  };
}
