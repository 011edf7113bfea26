import { closeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { clauseOf, isSandboxError, type SandboxError } from '@sb/core';
import { filesClause, holdTrusted, isFilesError, whyOwnerUnknown } from '@sb/files';
import {
  currentIdentity,
  lookupUser,
  ownerOf,
  plan,
  policy,
  type PrivdropPolicy,
  support,
  type UserIdentity,
} from '@sb/privdrop';

import { FetchError } from '../errors.js';
import { originText } from './place.js';
import type { SandboxSettings } from './sandbox-settings.js';

/** A switch to a user. */
interface Switch {
  readonly kind: 'switch';
  readonly policy: PrivdropPolicy;
  readonly source: string;
  /** The user that downloads instead: the ordinary user of this process, which cannot switch. */
  readonly stays?: Ids;
}

type Ids = Pick<UserIdentity, 'uid' | 'gid'>;

/** The user that will download, and the reason for the choice. */
export type SandboxUser =
  | Switch
  /** An ordinary user that a policy cannot describe stays as it is. */
  | { readonly kind: 'unchanged'; readonly source: string }
  | { readonly kind: 'off'; readonly source: string };

/**
 * Chooses the user that downloads: the user that the configuration names; otherwise the owner of FILE's directory;
 * otherwise, in a process that is not root, that process's own user. A root process downloads as root only with
 * `UseSandbox = no`.
 *
 * @param settings - of both files
 * @param file - the path of the download
 * @throws FetchError `sandbox` for an unknown user, for root as a target, or if no user can be chosen
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

function choose({ user, levels, ownFile }: SandboxSettings, file: string): SandboxUser {
  // With `prefer` an ordinary user keeps its ids if it cannot switch; root never does (see privdrop's plan).
  const level = levels.userSwitch.word === 'require' ? 'require' : 'prefer';
  const become = (who: Parameters<typeof policy>[0]['user'], source: string): Switch => ({
    kind: 'switch',
    policy: policy({ user: who, level }),
    source,
  });
  if (user !== undefined) return orStay(become(lookupNamed(user), `${user.key} in ${originText(user.origin)}`));
  const identity = currentIdentity();
  if (!identity.uid.includes(0)) {
    const [, uid] = identity.uid;
    const [, gid] = identity.gid;
    // Container platforms start programs with an arbitrary uid and gid 0.
    const source = `started as uid ${uid} with gid 0, which it cannot drop`;
    if (gid === 0 && level === 'prefer') return { kind: 'unchanged', source };
    return become({ user: uid, group: gid, groups: [] }, 'started as an ordinary user');
  }
  const folder = dirname(file);
  const { owner, whyUnknown } = ownerOfFolder(folder);
  if (whyUnknown === undefined && owner.uid !== 0) return become(owner, `owner of ${folder}`);
  throw new FetchError(
    'sandbox',
    `no user to download as: neither SandboxUser nor DownloadUser is set, and ${folder} ${whyUnknown ?? 'belongs to root'}`,
    `Set SandboxUser in ${ownFile}, or pacman's DownloadUser, to a user without privileges, for instance alpm if it exists.`,
  );
}

/** With `prefer`, the user that is named has no effect if an ordinary user cannot switch to it. */
function orStay(chosen: Switch): Switch {
  const identity = currentIdentity();
  if (identity.uid.includes(0) || !isWithoutEffect(chosen.policy)) return chosen;
  const { name, uid } = chosen.policy;
  const source = `started as an ordinary user; as root: ${name ?? `uid ${uid}`}, by ${chosen.source}`;
  return { ...chosen, source, stays: { uid: identity.uid[1], gid: identity.gid[1] } };
}

/** A switch that is refused as a whole has its own error when the sandbox is made. */
function isWithoutEffect(given: PrivdropPolicy): boolean {
  try {
    const { features } = plan(given, support());
    return features.some(({ feature, state }) => feature === 'user' && state === 'unsupported');
  } catch (error) {
    if (isSandboxError(error)) return false;
    throw error;
  }
}

/**
 * Returns the user of the process that downloads; without a name if it has no entry.
 *
 * @param chosen - from {@link chooseUser}
 */
export function downloaderOf({ policy: named, stays }: Switch): Ids & { readonly name?: string } {
  return stays === undefined ? named : lookupUser({ user: stays.uid, group: stays.gid, groups: [] });
}

/** @throws FetchError `sandbox` that says where an unknown user is named */
function lookupNamed({ key, text, origin }: NonNullable<SandboxSettings['user']>): UserIdentity {
  try {
    return lookupUser(text);
  } catch (error) {
    if (!isSandboxError(error) || error.code !== 'unknown-user') throw error;
    throw new FetchError('sandbox', `${key} in ${originText(origin)}: ${userClause(error)}`, error.hint);
  }
}

/** What is wrong with a user, without the name of the layer and without the remedy. */
export function userClause(error: SandboxError): string {
  return clauseOf(error).replace(/^privdrop: /, '');
}

/** Root holds the directory, so what others exchange on the way to it does not choose the user. */
function ownerOfFolder(folder: string): { readonly owner: UserIdentity; readonly whyUnknown: string | undefined } {
  try {
    if (process.platform === 'linux') return ownerOfHeld(holdTrusted(resolve(folder)));
    return { owner: ownerOf(folder), whyUnknown: undefined };
  } catch (error) {
    if (isFilesError(error)) throw new FetchError('file', filesClause(error), error.hint);
    if (isSandboxError(error)) throw error;
    throw new FetchError(
      'file',
      `cannot read the directory ${folder}: ${(error as Error).message}`,
      'Create it first.',
    );
  }
}

/** The server of a file system can claim any owner, and a download as that user could reach the user's files. */
function ownerOfHeld(held: number): ReturnType<typeof ownerOfFolder> {
  try {
    return { owner: ownerOf(`/proc/self/fd/${held}`), whyUnknown: whyOwnerUnknown(held) };
  } finally {
    closeSync(held);
  }
}
