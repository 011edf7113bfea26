import { dirname } from 'node:path';

import { clauseOf, isSandboxError } from '@sb/core';
import { whyOwnerUnknown } from '@sb/files';
import { currentIdentity, lookupUser, ownerOf, policy, type PrivdropPolicy, type UserIdentity } from '@sb/privdrop';

import { FetchError } from '../errors.js';
import { originText } from './place.js';
import type { SandboxSettings } from './sandbox-settings.js';

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
 * @param settings - of both files
 * @param file - where the download goes
 * @throws FetchError `sandbox` for an unknown user, for root as a target, or where there is nobody to become
 */
export function chooseUser(settings: SandboxSettings, file: string): SandboxUser {
  if (settings.useSandbox.word === 'no') return { kind: 'off', source: 'UseSandbox = no' };
  if (settings.levels.userSwitch.word === 'off') return { kind: 'off', source: 'SandboxUserSwitch = off' };
  try {
    return choose(settings, file);
  } catch (error) {
    if (isSandboxError(error)) throw new FetchError('sandbox', clauseOf(error), error.hint);
    throw error;
  }
}

function choose({ user, levels }: SandboxSettings, file: string): SandboxUser {
  // `prefer` lets an ordinary user stay itself where it can't switch; root is never kept (see privdrop's plan).
  const level = levels.userSwitch.word === 'require' ? 'require' : 'prefer';
  const become = (who: Parameters<typeof policy>[0]['user'], source: string): SandboxUser => ({
    kind: 'switch',
    policy: policy({ user: who, level }),
    source,
  });
  if (user !== undefined) return become(lookupUser(user.text), `${user.key} in ${originText(user.origin)}`);
  const identity = currentIdentity();
  if (!identity.uid.includes(0)) {
    const [, uid] = identity.uid;
    const [, gid] = identity.gid;
    // Container platforms start programs with a uid of their own and gid 0.
    const source = `started as uid ${uid} with gid 0, which can't be given up`;
    if (gid === 0 && level === 'prefer') return { kind: 'unchanged', source };
    return become({ user: uid, group: gid, groups: [] }, 'started as an ordinary user');
  }
  const folder = dirname(file);
  const { owner, whyUnknown } = ownerOfFolder(folder);
  if (whyUnknown === undefined && owner.uid !== 0) return become(owner, `owner of ${folder}`);
  throw new FetchError(
    'sandbox',
    `no user to download as: none is set, and ${folder} ${whyUnknown ?? 'belongs to root'}`,
    "Set SandboxUser in pacman.d/pacman-fetch.conf, or pacman's own DownloadUser: to alpm, where that user exists.",
  );
}

/** Who serves a file system names any owner, whose files a download could then reach. */
function ownerOfFolder(folder: string): { readonly owner: UserIdentity; readonly whyUnknown: string | undefined } {
  try {
    return { owner: ownerOf(folder), whyUnknown: whyOwnerUnknown(folder) };
  } catch (error) {
    if (isSandboxError(error)) throw error;
    throw new FetchError('file', `folder ${folder} can't be read: ${(error as Error).message}`, 'Create it first.');
  }
}
