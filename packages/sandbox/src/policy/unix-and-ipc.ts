import { path } from '@sb/landlock';
import { allow, arg, presets, type Rule, type SeccompOptions } from '@sb/seccomp';

import { presetAbi } from './filesystem.js';
import type { LandlockChoice, Levels, SandboxPolicy } from './options.js';

/** The group of System V and POSIX queues, memory and semaphores. */
export const sharedIpc = '@shared-ipc';

const AF_UNIX = 1;
/** The first ABI that distinguishes sockets with a path (Linux 7.1). */
const unixAbi = 9;
/** The feature of Landlock that does it. */
export const resolveUnix = 'landlock.fs.resolve_unix';

/** What a policy grants in addition to files and ports. */
export type UnixAndIpc = Pick<SandboxPolicy, 'unix' | 'ipc'>;

/** Whether sockets with a path are granted one by one. */
export function namesSockets({ unix = [] }: UnixAndIpc): boolean {
  return unix !== 'any' && unix.length > 0;
}

/**
 * Adds the granted unix sockets with a path to a choice for Landlock. A choice that restricts no files stays so.
 *
 * @param choice - of the policy
 * @param granted - the policy
 */
export function withSockets(choice: LandlockChoice, { unix = [] }: UnixAndIpc): LandlockChoice {
  if (unix.length === 0) return choice;
  const { abi = presetAbi, paths = [] } = choice;
  const handled = handledBy(choice);
  if (unix === 'any') {
    // The choice may have an ABI that forbids all sockets; the grant comes first.
    const isForbidden = abi >= unixAbi && (handled?.includes('resolve_unix') ?? true);
    return isForbidden ? { ...choice, paths: [...paths, path('/', ['resolve_unix'])] } : choice;
  }
  return {
    ...choice,
    abi: Math.max(abi, unixAbi),
    paths: [...paths, ...unix.map((one) => path(one, ['resolve_unix']))],
    ...(handled === undefined ? {} : { handle: [...new Set([...handled, 'resolve_unix' as const])] }),
  };
}

/** The rights for files that a choice restricts; undefined for all of its ABI. */
function handledBy({ preset, handle, paths }: LandlockChoice): LandlockChoice['handle'] {
  return handle ?? (preset === 'none' && paths === undefined ? [] : undefined);
}

/**
 * Levels if sockets are granted by path. The ruleset then needs more than older kernels have. The report names what
 * those leave open, unless the policy requires the feature.
 */
export function levelsWithSockets(levels: Levels, granted: UnixAndIpc): Levels {
  const isSaid = ['landlock', 'landlock.fs', resolveUnix].some((name) => levels.has(name));
  return isSaid || !namesSockets(granted) ? levels : new Map([...levels, [resolveUnix, 'prefer']]);
}

/** These come after the policy's own rules and before those of the starting point, which deny unix sockets. */
const anyUnixSocket: readonly Rule[] = ['socket', 'socketpair'].map((syscall) => ({
  syscall,
  when: [arg(0).eq32(AF_UNIX)],
  action: allow,
}));

/**
 * Adds the grants of a policy to a filter. The filter cannot see a path, so it allows all unix sockets or none.
 *
 * @param filter - the filter's options
 * @param granted - the policy
 */
export function withGrants(filter: SeccompOptions, { unix = [], ipc = false }: UnixAndIpc): SeccompOptions {
  const { base, sockets = presets[base].sockets, allow: allowed = [], rules = [] } = filter;
  return {
    ...filter,
    ...(unix.length > 0
      ? {
          sockets: sockets === 'any' ? sockets : [...new Set([...sockets, 'AF_UNIX' as const])],
          rules: [...rules, ...anyUnixSocket],
        }
      : {}),
    ...(ipc ? { allow: [...new Set([...allowed, sharedIpc])] } : {}),
  };
}
