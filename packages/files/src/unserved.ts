import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';

import { type Missing, missingName, mountIfKnown, openName, placeIn, type ServingUser, userOfMount } from '@sb/core';

import type { ByteText } from './byte-text.js';
import { refusal } from './errors.js';
import { naming } from './named-path.js';
import { oPath } from './o-path.js';
import { isRoot } from './own-user.js';
import { whyServed } from './serving-user.js';

/** A name in a directory that is held open. */
export interface Entry {
  /** How the kernel finds it. */
  readonly place: string;
  /** The descriptor of the directory. */
  readonly directory: number;
  /** The name, with a character for each byte. */
  readonly name: ByteText;
  /** Its path, for messages. */
  readonly shown: string;
  /** The mount of the directory ({@link mountForRoot}). */
  readonly mount: number | undefined;
}

/**
 * Returns the kernel's number of a mount, for root.
 *
 * @param descriptor - also with O_PATH
 * @returns undefined for an ordinary user, whom nobody has to be kept from, and where the kernel does not say it
 * @throws Error of the system where descriptors or memory have run out
 */
export function mountForRoot(descriptor: number): number | undefined {
  return process.geteuid?.() === 0 ? mountIfKnown(descriptor) : undefined;
}

/**
 * Returns the ordinary user who serves to root what was found in a directory. That user's program may never answer, and
 * nothing ends a process of root that waits for it, so root must not ask for anything there.
 *
 * @param mount - of what was found, which is held open
 * @param above - the mount of the directory
 * @returns undefined if it is not served so, or lies on the same mount as the directory
 * @see fuse(4), `allow_other` in mount.fuse(8)
 */
export function serverBelow(mount: number | undefined, above: number | undefined): ServingUser | undefined {
  if (mount === undefined || mount === above) return undefined;
  const user = userOfMount(mount);
  return user === undefined || !isRoot() ? undefined : user;
}

/**
 * Examines an entry as lstat(2) does, without waiting for a program of another user.
 *
 * @returns undefined for nothing
 * @throws SandboxError `untrusted-file` for what an ordinary user serves to root; Error of the system
 */
export function examine(entry: Entry): Stats | undefined {
  if (entry.mount === undefined) return lstatSync(entry.place, { throwIfNoEntry: false });
  const found = holdIfThere(entry);
  if (found === 'ENOENT') return undefined;
  const held = requireHeld(found, entry);
  try {
    return fstatSync(held);
  } finally {
    closeSync(held);
  }
}

/**
 * Opens an existing entry as open(2) does, without waiting for a program of another user.
 *
 * @param flags - with O_NOFOLLOW, and without O_CREAT
 * @throws as {@link examine}, and ELOOP for a symbolic link
 */
export function openEntry(entry: Entry, flags: number): number {
  const { place, shown, mount } = entry;
  if (mount === undefined) return naming(place, shown, () => openSync(place, flags));
  const held = requireHeld(holdIfThere(entry), entry);
  try {
    // The kernel does not follow a link that is held.
    const itself = `/proc/self/fd/${held}`;
    return naming(itself, shown, () => openSync(itself, flags & ~constants.O_NOFOLLOW));
  } finally {
    closeSync(held);
  }
}

/** To open with O_PATH asks no server, and then the kernel names the mount. */
function holdIfThere({ place, directory, name, shown, mount }: Entry): number | Missing {
  const held = naming(place, shown, () => openName(directory, name, oPath | constants.O_NOFOLLOW));
  if (typeof held === 'string') return held;
  try {
    const user = serverBelow(mountForRoot(held), mount);
    if (user === undefined) return held;
    const hint = `Unmount it (fusermount3 -u ${shown}), or choose another file.`;
    throw refusal('untrusted-file', { path: shown, what: `${shown} is not used: it ${whyServed(user)}`, hint });
  } catch (error) {
    closeSync(held);
    throw error;
  }
}

function requireHeld(held: number | Missing, { place, directory, name, shown }: Entry): number {
  if (typeof held === 'number') return held;
  return naming(place, shown, () => {
    throw missingName(held, placeIn(directory, name));
  });
}
