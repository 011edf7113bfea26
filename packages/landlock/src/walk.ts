import type { BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { errorCode } from '@sb/core';

import { landlockError } from './errors.js';
import type { FsRight } from './rights.js';
import { linkOf, linkStatusOf, statusOf } from './status.js';

/** The number of links that the kernel follows (MAXSYMLINKS). */
const maxLinks = 40;
/** The number of names that are looked up for one path. Links in each other's targets could lead through far more. */
const maxNames = 1024;

/** A path whose characters are its bytes, so that names that are not UTF-8 survive. */
export type BinaryPath = string;

/** Returns the bytes of such a path. */
export function toBytes(path: BinaryPath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** Whether the directory of an entry decides about a right. */
function isEntryRight(right: FsRight): boolean {
  return right === 'refer' || right.startsWith('make_') || right.startsWith('remove_');
}

/**
 * Finds where the kernel starts to look for rules: the file itself, or the present or future directory of the entry. It walks
 * as the kernel does, one part after another. `..` leads out of the directory that a link led to. A link to a missing file
 * leads to the place of a new file.
 *
 * @throws LandlockError `path-missing` if the kernel would find no such file or directory (ENOENT, ENOTDIR, ELOOP, EINVAL for
 *   an entry without a name); `syscall-failed` if a path cannot be examined
 * @see path_resolution(7)
 */
export function startOf(path: string, right: FsRight): BinaryPath {
  const text = Buffer.from(path).toString('latin1');
  const walk: Walk = {
    path,
    right,
    asEntry: isEntryRight(right),
    at: text.startsWith('/') ? '/' : Buffer.from(process.cwd()).toString('latin1'),
    rest: partsOf(text),
    needsFolder: text.endsWith('/'),
    links: 0,
  };
  for (let names = 1; walk.rest.length > 0; names++) {
    if (names + walk.rest.length > maxNames) throw lost(path, 'ELOOP');
    const end = step(walk);
    if (end !== undefined) return end;
  }
  // Making or removing an entry needs a name: "/", "." and ".." are not names.
  if (walk.asEntry) throw lost(path, 'EINVAL');
  return walk.at;
}

interface Walk {
  readonly path: string;
  readonly right: FsRight;
  readonly asEntry: boolean;
  /** A directory without links, or the file at the end. */
  at: BinaryPath;
  rest: readonly string[];
  needsFolder: boolean;
  links: number;
}

/** Takes one part of the path. Returns the end of the walk if it is known early. */
function step(walk: Walk): BinaryPath | undefined {
  const [name = '', ...rest] = walk.rest;
  walk.rest = rest;
  if (name === '.' || name === '..') {
    walk.at = name === '.' ? walk.at : dirname(walk.at);
    return undefined;
  }
  const isLast = rest.length === 0;
  const next = join(walk.at, name);
  const status = look(next, linkStatusOf);
  if (status === undefined) return unborn(walk, next);
  if (status.isSymbolicLink() && isFollowed(walk, next)) {
    follow(walk, next);
    return undefined;
  }
  if (!status.isDirectory() && (!isLast || walk.needsFolder)) throw lost(walk.path, 'ENOTDIR');
  if (isLast && walk.asEntry) return walk.at;
  walk.at = next;
  return undefined;
}

/** Handles a missing part: only the last one may be missing, and only the name of a directory may end with a slash. */
function unborn({ path, right, asEntry, at, rest, needsFolder }: Walk, next: BinaryPath): BinaryPath {
  const mayBeFolder = right === 'make_dir' || right === 'refer';
  if (rest.length > 0 || (needsFolder && !mayBeFolder)) throw lost(path, 'ENOENT');
  return asEntry ? at : next;
}

function follow(walk: Walk, link: BinaryPath): void {
  walk.links++;
  if (walk.links > maxLinks) throw lost(walk.path, 'ELOOP');
  const target = targetOf(link);
  if (target === undefined) {
    // Somebody has renamed it since. The limit of names ends the walk if that goes on.
    walk.rest = [basename(link), ...walk.rest];
    return;
  }
  walk.needsFolder ||= walk.rest.length === 0 && target.endsWith('/');
  walk.rest = [...partsOf(target), ...walk.rest];
  if (target.startsWith('/')) walk.at = '/';
}

function partsOf(path: BinaryPath): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}

/** Opening with O_CREAT makes the missing file that a link names. Other ways to make an entry do not follow the link. */
function isFollowed({ right, asEntry, rest }: Walk, link: BinaryPath): boolean {
  if (rest.length > 0 || !asEntry) return true;
  return right === 'make_reg' && look(link, statusOf) === undefined;
}

/**
 * Returns the target of a link, or undefined if it is not a link any more. A link of /proc to an open file may contain no path, or
 * the path of another file.
 */
function targetOf(link: BinaryPath): BinaryPath | undefined {
  const read = textOf(link);
  if (read === undefined) return undefined;
  const { target, isOfProc } = read;
  if (!isOfProc) return target;
  const opened = look(link, statusOf);
  const named = look(target.startsWith('/') ? target : join(dirname(link), target), statusOf);
  if (opened === undefined || (named?.dev === opened.dev && named.ino === opened.ino)) return target;
  throw landlockError('syscall-failed', 'allows', {
    what: `${JSON.stringify(shown(link))} leads to a file without a path`,
    hint: 'Ask about a path of the file system.',
    path: shown(link),
  });
}

function textOf(link: BinaryPath): ReturnType<typeof linkOf> | undefined {
  try {
    return linkOf(toBytes(dirname(link)), toBytes(basename(link)));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EINVAL' || code === 'ENOENT') return undefined;
    throw lookFailed(shown(link), error);
  }
}

function look(path: BinaryPath, how: (path: Buffer) => BigIntStats): BigIntStats | undefined {
  try {
    return how(toBytes(path));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR' || code === 'ELOOP') throw lost(shown(path), code);
    throw lookFailed(shown(path), error);
  }
}

function shown(path: BinaryPath): string {
  return toBytes(path).toString();
}

function lost(path: string, errno: string): Error {
  return landlockError('path-missing', 'allows', {
    what: `${JSON.stringify(path)} leads nowhere: ${errno}`,
    hint: 'Correct the path; only its last part may be missing.',
    errno,
    path,
  });
}

/** The kinds of entries of a directory. */
export type EntryKind = 'file' | 'folder' | 'link' | 'socket' | 'fifo' | 'character' | 'block';

/**
 * Returns the kind of an entry, without following it, or undefined if it is missing.
 *
 * @param path - a directory without links, and a name in it
 * @throws LandlockError `syscall-failed`
 */
export function kindOf(path: BinaryPath): EntryKind | undefined {
  const status = look(path, linkStatusOf);
  if (status === undefined) return undefined;
  if (status.isDirectory()) return 'folder';
  if (status.isSymbolicLink()) return 'link';
  if (status.isSocket()) return 'socket';
  if (status.isFIFO()) return 'fifo';
  if (status.isCharacterDevice()) return 'character';
  return status.isBlockDevice() ? 'block' : 'file';
}

/** Returns the name of an entry in its directory, for a path that {@link startOf} has accepted. */
export function nameIn(path: string): BinaryPath {
  return partsOf(Buffer.from(path).toString('latin1')).at(-1) ?? '';
}

/** Makes the error for a path that cannot be examined. */
export function lookFailed(path: string, error: unknown): Error {
  return landlockError('syscall-failed', 'allows', {
    what: `cannot examine ${JSON.stringify(path)}: ${errorCode(error) ?? 'unknown'}`,
    hint: 'Ask as a user who has access to the path.',
    errno: errorCode(error),
    path,
    cause: error,
  });
}
