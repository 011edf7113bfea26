import {
  errorCode,
  type IdMap,
  missingPrebuild,
  parseTaskStatus,
  type PrebuildMissing,
  readAllTasks,
  readIdMap,
  readKernelFile,
} from '@sb/core';

import { privdropError } from './errors.js';
import { currentIdentity, type ProcessIdentity } from './identity.js';
import { native } from './native.js';

/** How this process can change its ids. Plain data, so that every situation can be planned on any machine. */
export type PrivdropSupport =
  | {
      readonly state: 'available';
      readonly identity: ProcessIdentity;
      /** May change user ids: CAP_SETUID on Linux, effective uid 0 elsewhere. */
      readonly setuid: boolean;
      /** May change group ids and groups: CAP_SETGID on Linux, effective uid 0 elsewhere. */
      readonly setgid: boolean;
      /** `denied`: this user namespace forbids `setgroups(2)` (`user_namespaces(7)`). */
      readonly setgroups: 'allowed' | 'denied';
      /** Uids that exist here, and the one that all others read as; absent if the kernel has no user namespaces. */
      readonly uidMap?: IdMap;
      /** The same for gids. */
      readonly gidMap?: IdMap;
      /** Whether the kernel has no_new_privs (Linux 3.5), and whether it is set on every thread. */
      readonly noNewPrivs: 'available' | 'already' | 'unsupported';
    }
  | { readonly state: 'unsupported-platform'; readonly reason: string }
  | PrebuildMissing;

/** Bits of a capability mask, `linux/capability.h`. */
const CAP_SETGID = 1n << 6n;
const CAP_SETUID = 1n << 7n;

/**
 * Reads what this process can do. It never throws for a missing feature: the answer says so.
 *
 * @throws Error if `/proc` is not mounted on Linux, because nothing could be verified then
 */
export function support(): PrivdropSupport {
  if (process.getuid === undefined) {
    return { state: 'unsupported-platform', reason: `${process.platform} has no POSIX users` };
  }
  const missing = missingPrebuild(native);
  if (missing !== undefined) return missing;
  if (process.platform !== 'linux') {
    const identity = currentIdentity();
    const root = identity.uid[1] === 0;
    return {
      state: 'available',
      identity,
      setuid: root,
      setgid: root,
      setgroups: 'allowed',
      noNewPrivs: 'unsupported',
    };
  }
  // Not by the C library: a wrapper such as fakeroot(1) makes up its answers.
  const { capEff, uid, gid, groups } = parseTaskStatus(ownStatus());
  return {
    state: 'available',
    identity: { uid, gid, groups },
    setuid: (capEff & CAP_SETUID) !== 0n,
    setgid: (capEff & CAP_SETGID) !== 0n,
    setgroups: readOptional('/proc/self/setgroups')?.trim() === 'deny' ? 'denied' : 'allowed',
    uidMap: readIdMap('uid'),
    gidMap: readIdMap('gid'),
    noNewPrivs: readAllTasks('self').every(({ noNewPrivs }) => noNewPrivs) ? 'already' : 'available',
  };
}

function ownStatus(): string {
  try {
    return readKernelFile('/proc/thread-self/status');
  } catch (cause) {
    throw privdropError('unsupported-platform', 'support', {
      what: `cannot read /proc/thread-self/status: ${errorCode(cause)}`,
      hint: 'Mount /proc (mount -t proc proc /proc); without it nothing can be verified. Nothing was changed.',
      path: '/proc/thread-self/status',
      cause,
    });
  }
}

/** Reads a file that a kernel without user namespaces does not have. */
function readOptional(path: string): string | undefined {
  try {
    return readKernelFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
