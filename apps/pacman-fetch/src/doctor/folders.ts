import type { Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { errorCode } from '@sb/core';
import { filesClause, Folder, isFilesError, look, NewFolder } from '@sb/files';

import type { Finding } from './diagnosis.js';

/** Who downloads. */
interface Downloader {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What a folder is examined for. */
export interface FolderQuestion {
  /** Who downloads; undefined where nobody else does. */
  readonly user: Downloader | undefined;
  /**
   * Whether pacman starts commands as that user already (DownloadUser): then the user has to reach and own the temporary
   * folder in it. Otherwise nothing of ours needs that, since the worker gets descriptors.
   */
  readonly isPacmans: boolean;
}

/**
 * Examines a folder that downloads go to. As root it makes an empty folder in it, gives it away, and removes it.
 *
 * @param path - CacheDir, or sync below DBPath
 * @param question - who downloads, and how
 */
export function examineFolder(path: string, { user, isPacmans }: FolderQuestion): readonly Finding[] {
  const folder = resolve(path);
  const closed = user === undefined ? undefined : firstClosed(folder, user);
  const level = isPacmans ? 'broken' : 'note';
  const whose = isPacmans
    ? 'pacman starts its XferCommand as that user, who has to get there'
    : "pacman-fetch's own worker needs no path; pacman's own downloader would";
  const unreachable: readonly Finding[] =
    closed === undefined || user === undefined
      ? []
      : [
          {
            level,
            what: `${user.name} can't pass through ${closed.path} (mode ${closed.mode}) to ${folder}: ${whose}`,
            remedy: `"chmod o+x ${closed.path}", or set SandboxUser in place of DownloadUser.`,
          },
        ];
  return [...unreachable, ...tryFolder(folder, { user, isPacmans })];
}

/** The first folder on the way that a user may not pass through, by its mode; access control lists are not asked. */
function firstClosed(folder: string, user: Downloader): { readonly path: string; readonly mode: string } | undefined {
  for (let path = folder, above = dirname(folder); ; path = above, above = dirname(above)) {
    const stats = look(path);
    if (stats !== undefined && !mayPass(stats, user)) {
      return { path, mode: (stats.mode & 0o7777).toString(8).padStart(4, '0') };
    }
    if (path === above) return undefined;
  }
}

function mayPass({ mode, uid, gid }: Stats, user: Downloader): boolean {
  if (user.uid === 0) return true;
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}

function tryFolder(path: string, question: FolderQuestion): readonly Finding[] {
  let folder: Folder | undefined;
  try {
    folder = Folder.open(path);
    return tryToGive(folder, question);
  } catch (error) {
    if (isFilesError(error) && error.code === 'untrusted-path') {
      // Somebody else could turn its path into another one: nothing is downloaded to it either.
      return [{ level: 'broken', what: filesClause(error), remedy: error.hint ?? '' }];
    }
    return [notWritable(path, errorCode((error as Error).cause ?? error) ?? String(error))];
  } finally {
    folder?.close();
  }
}

function tryToGive(folder: Folder, { user, isPacmans }: FolderQuestion): readonly Finding[] {
  using trial = NewFolder.make(folder, '.pacman-fetch-doctor-');
  if (user === undefined || process.geteuid?.() !== 0) return removed(trial, false);
  try {
    trial.giveTo({ uid: user.uid, gid: user.gid });
  } catch (error) {
    const refusal: Finding = {
      level: isPacmans ? 'broken' : 'note',
      what: `${folder.path} refuses chown (${reasonOf(error)}), as NFS with root_squash does`,
      remedy: isPacmans
        ? 'Set SandboxUser in place of DownloadUser: pacman-fetch gives no file away. Or export it with no_root_squash.'
        : 'Nothing to do: pacman-fetch gives no file away. With DownloadUser pacman would have to.',
    };
    return [refusal, ...removed(trial, false)];
  }
  return removed(trial, true);
}

/** Removes a trial. What its new owner did with it says nothing of the folder that it was made in. */
function removed(trial: NewFolder, isGiven: boolean): readonly Finding[] {
  try {
    if (isGiven) trial.takeBack();
    trial.empty();
    trial.remove();
    return [];
  } catch (error) {
    const what = `${trial.inside.path}, made for a trial, can't be removed: ${reasonOf(error)}`;
    return [{ level: 'note', what, remedy: 'Remove it; something else writes there.' }];
  }
}

function reasonOf(error: unknown): string {
  return errorCode(error) ?? (error as Error).message;
}

function notWritable(folder: string, code: string): Finding {
  if (code === 'ENOENT') {
    return {
      level: 'note',
      what: `${folder} does not exist yet`,
      remedy: 'Nothing to do: it is made when it is needed.',
    };
  }
  const isRoot = process.geteuid?.() === 0;
  return {
    level: isRoot ? 'broken' : 'note',
    what: `nothing can be written to ${folder} as ${isRoot ? 'root' : 'this user'}: ${code}`,
    remedy: isRoot ? 'Mount it writable, or set another CacheDir.' : 'Run as root, as pacman does.',
  };
}
