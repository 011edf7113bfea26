/** Directories that root takes from their owner before it empties them. */
import { chmodSync, chownSync, constants, fstatSync, openSync } from 'node:fs';

import { errorCode } from '@sb/core';

/** Who removes, and from whom. */
export interface Takeover {
  /** The user of this process. */
  readonly own: number | undefined;
  /** The first other user of whom root takes a directory. */
  other: number | undefined;
  /** Whether it takes every directory from its owner. */
  readonly takes: boolean;
}

/** The permissions that an owner needs to empty a directory, and that the owner may have removed: go(1) does that. */
const whole = 0o700;

/** Permissions that other users must not have while it is emptied. */
const othersWrite = 0o022;

/** The mode of a directory that root has taken from the user whose number is its group. Nobody gives one such a mode. */
const takenMode = 0o1700;

const modeBits = 0o7777;

/** Whose a directory is, or was before root took it. */
export function ownerOf(held: number, by: Takeover): 'own' | 'other' | 'third' {
  const { uid, gid, mode } = fstatSync(held);
  const isTaken = uid === by.own && (mode & modeBits) === takenMode;
  if (uid === by.own && !isTaken) return 'own';
  const user = isTaken ? gid : uid;
  by.other ??= user;
  return user === by.other ? 'other' : 'third';
}

/**
 * Opens a directory to empty it, as its owner. Root first takes it from its owner. So that user cannot create entries
 * or mount something in it any more, and emptying it ends. Its group then says whose it was, for a later call.
 */
export function openToEmpty(held: number, { own, takes }: Takeover): number {
  const itself = `/proc/self/fd/${held}`;
  const { uid, mode } = fstatSync(held);
  if (takes && uid !== own && taken(itself, uid, own)) {
    chmodSync(itself, takenMode);
  } else if (uid === own && ((mode & whole) !== whole || (takes && (mode & othersWrite) !== 0))) {
    chmodSync(itself, whole);
  }
  return openSync(itself, constants.O_RDONLY | constants.O_DIRECTORY);
}

/**
 * @returns false if root is not permitted to, for instance root of a namespace without that user, or of another machine
 *   (NFS)
 */
function taken(itself: string, from: number, own = 0): boolean {
  try {
    chownSync(itself, own, from);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM' || errorCode(error) === 'EINVAL') return false;
    throw error;
  }
}
