import type { LandlockChoice, SandboxOptions } from '@sb/sandbox';

import { portOf, type Ports } from '../values/port.js';

/** The possible sources of a file. */
interface Sources {
  readonly sources: readonly string[];
}

/** Returns the URLs that a worker requests from servers. */
export function urlsOf(files: readonly Sources[]): readonly URL[] {
  const urls = files.flatMap(({ sources }) => sources.map((source) => new URL(source)));
  return urls.filter(({ protocol }) => protocol !== 'file:');
}

/**
 * Returns the TCP ports that a worker needs: those of its sources, and those that redirects may lead to. They are fixed
 * when it starts. A host on port 80 may well redirect to https, on the same host or another.
 *
 * @param redirectPorts - undefined: 443 if a source has port 80
 */
export function portsOf(files: readonly Sources[], redirectPorts: Ports | undefined): Ports {
  if (redirectPorts === 'any') return 'any';
  const own = urlsOf(files).map(portOf);
  const more = redirectPorts ?? (own.includes(80) ? [443] : []);
  return [...new Set([...own, ...more])].sort((a, b) => a - b);
}

/** The defaults: it reads what Node needs, and starts no process. */
const defaultLandlock: LandlockChoice = { preset: 'minimal' };
const defaultSeccomp: NonNullable<SandboxOptions['seccomp']> = 'network-client';

/**
 * Denies sockets with a path or a name: through one, a worker that was taken over could pass its open descriptors to
 * any other process. It loses nothing else. A name server is asked by UDP and TCP. If nsswitch.conf(5) names `resolve`,
 * or nscd(8) runs, and their sockets are not available, the C library uses its own resolver.
 */
const noUnixSockets = {
  syscall: 'socket',
  when: [{ arg: 0, compare: 'eq32', value: 1 }],
  action: { action: 'errno', errno: 'EAFNOSUPPORT' },
} as const;

/**
 * Denies calls that fill or drain a pipe from another descriptor. They hold the pipe while the other side is silent,
 * and a process that reads or closes it waits and hears no signal (splice_file_to_pipe() of the kernel). So a server
 * could stop the parent of a worker that was taken over. Nothing here uses these calls.
 */
const noHeldPipes = ['splice', 'tee', 'vmsplice', 'sendfile'].map(
  (syscall) => ({ syscall, action: { action: 'errno', errno: 'EPERM' } }) as const,
);

/**
 * Returns the confinement of a worker. It can write to nothing, not even to an open file. It can connect by TCP to the
 * given ports only, has no unix sockets, cannot hold a pipe, and can start threads but not processes. If it switches to
 * another user, it has a group that no other process of that user has. If the base chooses other files or calls, the
 * base decides about these, and the given ports are added to its own.
 *
 * @param base - user, levels, and other choices than these
 * @param ports - TCP ports that it may connect to
 * @param proxies - ports of proxies, which it may connect to in addition. Default: none
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
