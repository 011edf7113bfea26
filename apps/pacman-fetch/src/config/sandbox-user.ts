import { dirname } from 'node:path';

import { isSandboxError } from '@sb/core';
import { currentIdentity, lookupUser, ownerOf, policy, type PrivdropPolicy } from '@sb/privdrop';

import { FetchError } from '../errors.js';
import type { Settings } from './settings.js';

/** Who will download, and why just that user. */
export type SandboxUser =
  | { readonly kind: 'switch'; readonly policy: PrivdropPolicy; readonly source: string }
  /** An ordinary user that no policy can describe stays what it is. */
  | { readonly kind: 'unchanged'; readonly source: string }
  | { readonly kind: 'off'; readonly source: string };

/**
 * Decides who downloads: the user that the configuration names; otherwise the owner of the folder of FILE; otherwise,
 * in a process that isn't root, that process's own user. A process that is root never downloads as root unless
 * `UseSandbox = no` says so.
 *
 * @param settings - from pacman.conf
 * @param file - where the download goes
 * @throws FetchError `sandbox` for an unknown user, for root as a target, or where there is nobody to become
 */
export function chooseUser(settings: Settings, file: string): SandboxUser {
  if (settings.useSandbox === 'no') return { kind: 'off', source: 'UseSandbox = no' };
  try {
    return choose(settings, file);
  } catch (error) {
    if (isSandboxError(error)) throw new FetchError('sandbox', error.message, undefined);
    throw error;
  }
}

function choose({ user }: Settings, file: string): SandboxUser {
  // `prefer` lets an ordinary user stay itself where it can't switch; root is never kept (see privdrop's plan).
  const become = (who: Parameters<typeof policy>[0]['user'], source: string): SandboxUser => ({
    kind: 'switch',
    policy: policy({ user: who, level: 'prefer' }),
    source,
  });
  if (user !== undefined) return become(lookupUser(user.name), user.source);
  const identity = currentIdentity();
  if (!identity.uid.includes(0)) {
    const [, uid] = identity.uid;
    const [, gid] = identity.gid;
    // Container platforms start programs with a uid of their own and gid 0.
    if (gid === 0) return { kind: 'unchanged', source: `started as uid ${uid} with gid 0, which can't be given up` };
    return become({ user: uid, group: gid, groups: [] }, 'started as an ordinary user');
  }
  const folder = dirname(file);
  const owner = ownerOfFolder(folder);
  if (owner.uid !== 0) return become(owner, `owner of ${folder}`);
  throw new FetchError(
    'sandbox',
    `no user to download as: none is set, and ${folder} belongs to root`,
    'Set SandboxUser (or pacman\'s DownloadUser) in pacman.conf; "UseSandbox = no" downloads as root.',
  );
}

function ownerOfFolder(folder: string): ReturnType<typeof ownerOf> {
  try {
    return ownerOf(folder);
  } catch (error) {
    if (isSandboxError(error)) throw error;
    throw new FetchError('file', `folder ${folder} can't be read: ${(error as Error).message}`, 'Create it first.');
  }
}
