import { path } from '@sb/landlock';
import { allow, arg, presets, type Rule, type SeccompOptions } from '@sb/seccomp';

import { presetAbi } from './filesystem.js';
import type { LandlockChoice, Levels, SandboxPolicy } from './options.js';

/** The group of System V and POSIX queues, memory and semaphores. */
export const sharedIpc = '@shared-ipc';

const AF_UNIX = 1;
/** The first ABI that tells sockets with a path apart (Linux 7.1). */
const unixAbi = 9;
/** The feature of Landlock that does it. */
export const resolveUnix = 'landlock.fs.resolve_unix';

/** What of the machine a policy grants beside files and ports. */
export type UnixAndIpc = Pick<SandboxPolicy, 'unix' | 'ipc'>;

/** Whether sockets with a path are granted one by one. */
export function namesSockets({ unix = [] }: UnixAndIpc): boolean {
  return unix !== 'any' && unix.length > 0;
}

/**
 * Adds to a choice for Landlock which sockets with a path can be reached. Where it restricts no files it goes on
 * restricting none.
 *
 * @param choice - of the policy
 * @param granted - the policy
 */
export function withSockets(choice: LandlockChoice, { unix = [] }: UnixAndIpc): LandlockChoice {
  if (unix.length === 0) return choice;
  const { abi = presetAbi, paths = [] } = choice;
  const handled = handledBy(choice);
  if (unix === 'any') {
    // An ABI that forbids them all was asked for as well; the grant is what counts.
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

/** The rights for files that a choice restricts; undefined for all that its ABI has. */
function handledBy({ preset, handle, paths }: LandlockChoice): LandlockChoice['handle'] {
  return handle ?? (preset === 'none' && paths === undefined ? [] : undefined);
}

/**
 * Levels where sockets are granted by path: the ruleset asks for more than older kernels have, and what those leave open
 * is told in the report unless the policy requires it.
 */
export function levelsWithSockets(levels: Levels, granted: UnixAndIpc): Levels {
  const isSaid = ['landlock', 'landlock.fs', resolveUnix].some((name) => levels.has(name));
  return isSaid || !namesSockets(granted) ? levels : new Map([...levels, [resolveUnix, 'prefer']]);
}

/** These come after the policy's own rules and before the starting point's, which close unix sockets. */
const anyUnixSocket: readonly Rule[] = ['socket', 'socketpair'].map((syscall) => ({
  syscall,
  when: [arg(0).eq32(AF_UNIX)],
  action: allow,
}));

/**
 * Adds to a filter what the policy grants: it can't see a path, so it lets all unix sockets through or none.
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
