import type { Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { errorCode } from '@sb/core';
import { filesClause, Folder, isFilesError, look, NewFolder } from '@sb/files';

import type { Finding } from './diagnosis.js';

/** The user that downloads. */
interface Downloader {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What a directory is examined for. */
export interface FolderQuestion {
  /** The user that downloads; undefined if it is the user of this process. */
  readonly user: Downloader | undefined;
  /**
   * Whether pacman itself starts commands as that user (DownloadUser). Then the user must reach and own the temporary
   * directory in it. Otherwise that is not needed, since the worker gets descriptors.
   */
  readonly isPacmans: boolean;
}

/**
 * Examines a directory that downloads go to. As root it makes an empty directory in it, gives it to the user, and
 * removes it.
 *
 * @param path - CacheDir, or sync below DBPath
 * @param question - the user that downloads, and how
 */
export function examineFolder(path: string, { user, isPacmans }: FolderQuestion): readonly Finding[] {
  const folder = resolve(path);
  const closed = user === undefined ? undefined : firstClosed(folder, user);
  const level = isPacmans ? 'broken' : 'note';
  const whose = isPacmans
    ? 'pacman starts its XferCommand as that user, who must reach the directory'
    : "the worker of pacman-fetch does not need the path, but pacman's own downloader does";
  const unreachable: readonly Finding[] =
    closed === undefined || user === undefined
      ? []
      : [
          {
            level,
            what: `${user.name} may not search ${closed.path} (mode ${closed.mode}), which is above ${folder}: ${whose}`,
            remedy: `"chmod o+x ${closed.path}", or set SandboxUser instead of DownloadUser.`,
          },
        ];
  return [...unreachable, ...tryFolder(folder, { user, isPacmans })];
}

/** The first directory of the path that a user may not search, by its mode. Access control lists are not considered. */
function firstClosed(folder: string, user: Downloader): { readonly path: string; readonly mode: string } | undefined {
  for (let path = folder, above = dirname(folder); ; path = above, above = dirname(above)) {
    const stats = lookIfPossible(path);
    if (stats !== undefined && !mayPass(stats, user)) {
      return { path, mode: (stats.mode & 0o7777).toString(8).padStart(4, '0') };
    }
    if (path === above) return undefined;
  }
}

/** What cannot be examined is a finding of the attempt to use it. */
function lookIfPossible(path: string): Stats | undefined {
  try {
    return look(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
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
      // Another user could replace a part of its path: pacman-fetch does not download to it either.
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
        ? 'Set SandboxUser instead of DownloadUser: pacman-fetch never changes the owner of a file. Or export it with no_root_squash.'
        : 'Nothing to do: pacman-fetch never changes the owner of a file. With DownloadUser, pacman would have to.',
    };
    return [refusal, ...removed(trial, false)];
  }
  return removed(trial, true);
}

/** Removes the directory of a trial. What its new owner did with it does not matter for the directory above. */
function removed(trial: NewFolder, isGiven: boolean): readonly Finding[] {
  try {
    if (isGiven) trial.takeBack();
    trial.empty();
    trial.remove();
    return [];
  } catch (error) {
    const what = `cannot remove ${trial.inside.path}, which was made for a trial: ${reasonOf(error)}`;
    return [{ level: 'note', what, remedy: 'Remove it. Another program writes to that directory.' }];
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
      remedy: 'Nothing to do: it is created when it is needed.',
    };
  }
  const isRoot = process.geteuid?.() === 0;
  return {
    level: isRoot ? 'broken' : 'note',
    what: `cannot write to ${folder} as ${isRoot ? 'root' : 'this user'}: ${code}`,
    remedy: isRoot ? 'Mount it writable, or set another CacheDir.' : 'Run as root, as pacman does.',
  };
}
