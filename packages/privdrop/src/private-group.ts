import { errnoName, isMapped, mayBeStranger, randomNumber } from '@sb/core';

import { privdropError } from './errors.js';
import { native } from './native.js';
import type { Obstacle } from './obstacles.js';
import { gidMapOf } from './standing.js';
import type { PrivdropSupport } from './support.js';

/**
 * Ranges of gids that are not assigned to groups, first and last, the better range first. The first is above the ranges of
 * containers and of /etc/subgid. The second is the one that systemd gives to services while they run, because a container
 * rarely has numbers beyond 65535 (systemd's "Users, Groups, UIDs and GIDs").
 */
const ranges = [
  [1_879_048_192, 2_147_483_646],
  [61_184, 65_519],
] as const;

/** How many numbers are drawn from a range. If so many are taken, all may be. */
const draws = 64;

/** A group that no other process has, or the reason why it is impossible. */
export type PrivateGroup = { readonly gid: number } | { readonly obstacle: Obstacle };

/**
 * Draws a group for one run. The kernel lets a process inspect another process of the same user only if their groups are
 * the same: real, effective and saved ("Ptrace access mode checking" in `ptrace(2)`).
 *
 * @param support - what the process can do
 * @param isTaken - whether a group has that number. Default: asks the system's name service
 */
export function drawPrivateGroup(support: PrivdropSupport, isTaken: (gid: number) => boolean = isNamed): PrivateGroup {
  const obstacle = obstacleTo(support);
  if (obstacle !== undefined) return { obstacle };
  const map = support.state === 'available' ? gidMapOf(support) : { ranges: [], overflow: 0 };
  for (const [first, last] of ranges) {
    for (let draw = 0; draw < draws; draw++) {
      // Of 64 bits, so that no number of the range is likelier than another by more than a part in 2³⁶.
      const gid = first + Number(randomNumber() % BigInt(last - first + 1));
      if (isMapped(gid, map) && !mayBeStranger(gid, map) && !isTaken(gid)) return { gid };
    }
  }
  return { obstacle: noneLeft };
}

function obstacleTo(support: PrivdropSupport): Obstacle | undefined {
  if (support.state === 'prebuild-missing') return { code: support.state, what: support.reason, hint: support.hint };
  if (support.state !== 'available' || support.gidMap === undefined) return otherKernel;
  if (support.setgroups === 'denied') return groupsStay;
  return support.setgid ? undefined : notPermitted;
}

/** Whether a group has a number. */
function isNamed(gid: number): boolean {
  const found = native().group(gid);
  if (typeof found !== 'number') return true;
  const errno = errnoName(found);
  if (errno === 'ENOENT') return false;
  throw privdropError('syscall-failed', 'private-group', {
    what: `cannot find out whether a group has the number ${gid}: ${errno}`,
    hint: 'Check the name service (nsswitch.conf, nscd, sssd) and try again.',
    errno,
  });
}

const otherKernel: Obstacle = {
  code: 'unsupported-platform',
  what: 'only Linux separates processes of one user by their groups',
  hint: 'Leave privateGroup out.',
};

const groupsStay: Obstacle = {
  code: 'setgroups-denied',
  what: "setgroups is denied in this user namespace, so the user's own group could not be kept together with a private group",
  hint: 'Create the namespace with a group map ("unshare --map-auto"), or prefer a private group.',
};

const notPermitted: Obstacle = {
  code: 'not-permitted',
  what: 'this process lacks CAP_SETGID, so it cannot have a private group',
  hint: 'Start it as root, or prefer a private group.',
};

const noneLeft: Obstacle = {
  code: 'not-mapped',
  what: 'this user namespace has no free group from 1879048192 to 2147483646 or from 61184 to 65519',
  hint: 'Map one of them (/proc/self/gid_map; "unshare --map-auto"), or prefer a private group.',
};
