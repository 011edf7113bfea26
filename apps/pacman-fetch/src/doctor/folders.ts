import { chownSync, mkdtempSync, rmdirSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { errorCode } from '@sb/core';

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
    const stats = statSync(path, { throwIfNoEntry: false });
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

function tryFolder(folder: string, { user, isPacmans }: FolderQuestion): readonly Finding[] {
  let trial: string;
  try {
    trial = mkdtempSync(join(folder, '.pacman-fetch-doctor-'));
  } catch (error) {
    return [notWritable(folder, errorCode(error) ?? String(error))];
  }
  try {
    if (user !== undefined && process.geteuid?.() === 0) chownSync(trial, user.uid, user.gid);
    return [];
  } catch (error) {
    return [
      {
        level: isPacmans ? 'broken' : 'note',
        what: `${folder} refuses chown (${errorCode(error) ?? String(error)}), as NFS with root_squash does`,
        remedy: isPacmans
          ? 'Set SandboxUser in place of DownloadUser: pacman-fetch gives no file away. Or export it with no_root_squash.'
          : 'Nothing to do: pacman-fetch gives no file away. With DownloadUser pacman would have to.',
      },
    ];
  } finally {
    rmdirSync(trial);
  }
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
