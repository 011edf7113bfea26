import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';

import { isRoot, servedDirectories } from '@sb/files';
import { lookupUser } from '@sb/privdrop';

import type { SandboxPolicy } from '../policy/options.js';
import { credentials } from '../profile/credentials.js';

/** Where root alone puts files: a system user's home there holds no credentials, and each of a thousand files would take a rule. */
const ofSystem = /^\/(?:usr|etc|dev|proc|sys|boot|bin|sbin|lib\w*)(?:\/|$)/;

/**
 * The home folders whose credentials no profile grants: those that the name service has of who starts and of who runs, and
 * the caller's HOME, by which a program may find others. A variable can only deny more.
 *
 * @param user - of the policy
 * @param env - the caller's environment. Default: ours
 */
export function homesOf(user: SandboxPolicy['user'], env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const { HOME = '' } = env;
  const homes = [ownHome(), ...(user === undefined ? [] : [homeOf(user)]), ...(isAbsolute(HOME) ? [HOME] : [])];
  return [...new Set(homes)].filter((home) => !ofSystem.test(realOf(home)));
}

/** The home folder that the name service has of who the child is: grants beneath `~` are for that one. */
export function homeOfChild(user: SandboxPolicy['user']): string {
  return user === undefined ? ownHome() : homeOf(user);
}

function ownHome(): string {
  return lookupUser({ user: process.geteuid?.() ?? 0, group: process.getegid?.() ?? 0, groups: [] }).home;
}

function homeOf(user: NonNullable<SandboxPolicy['user']>): string {
  return lookupUser(typeof user === 'object' ? user : { user }).home;
}

/**
 * The credentials in home folders: by their own paths, and by where those lead to, as from a link into a folder of
 * dotfiles.
 *
 * @param homes - from {@link homesOf}
 */
export function credentialPaths(homes: readonly string[]): readonly string[] {
  const known = newlyKnown();
  const own = homes.flatMap((home) => credentials.map((name) => withoutLinks(join(home, name), known)));
  const search: Search = { known, names: mostLinked };
  return [...new Set([...own, ...[...new Set(own)].flatMap((path) => linkedFrom(path, 2, search))])];
}

/** Names in credentials' folders that are looked at: there are some dozen. */
const mostLinked = 10_000;

interface Search {
  readonly known: Known;
  /** How many more are looked at. */
  names: number;
}

/** Where links in a folder lead to: programs that keep dotfiles elsewhere link each key by itself. */
function linkedFrom(folder: string, levels: number, search: Search): readonly string[] {
  const { known } = search;
  if (levels === 0 || known.get(folder)?.isThere === false) return [];
  return entriesOf(folder).flatMap((entry) => {
    search.names--;
    if (search.names < 0) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return known.has(path) ? [] : linkedFrom(path, levels - 1, search);
    return entry.isSymbolicLink() ? [withoutLinks(path, known)] : [];
  });
}

/** What can't be listed is not for this user, whoever it is for. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** A path without links, as far as it exists. */
export function realOf(path: string): string {
  return withoutLinks(path, newlyKnown());
}

/**
 * What may not be looked at: a user's file system that never answers would make root wait for ever. An ordinary user waits for the
 * user's own ones alone.
 */
export function unlooked(): readonly string[] {
  return isRoot() ? servedDirectories() : [];
}

/** What was looked at before; `undefined` while it is looked at, so that a circle of links ends. */
type Known = Map<string, { readonly real: string; readonly isThere: boolean } | undefined>;

function newlyKnown(): Known {
  return new Map(unlooked().map((path) => [path, { real: path, isThere: false }]));
}

/** Most of what is looked for isn't there, and an exception for each would be slow. */
function withoutLinks(path: string, known: Known): string {
  if (!known.has(path)) {
    known.set(path, undefined);
    known.set(path, lookedAt(path, known));
  }
  return known.get(path)?.real ?? path;
}

function lookedAt(path: string, known: Known): { readonly real: string; readonly isThere: boolean } {
  const above = dirname(path);
  if (above === path) return { real: path, isThere: true };
  const real = join(withoutLinks(above, known), basename(path));
  if (known.get(above)?.isThere === false) return { real, isThere: false };
  try {
    const status = lstatSync(real, { throwIfNoEntry: false });
    if (status?.isSymbolicLink() !== true) return { real, isThere: status !== undefined };
    return { real: targetOf(real, known), isThere: true };
  } catch {
    // What this user can't look at leads nowhere for him.
    return { real, isThere: false };
  }
}

/** Where a link leads, name by name as the kernel goes; `..` is above what the names before it lead to (path_resolution(7)). */
function targetOf(link: string, known: Known): string {
  const target = readlinkSync(link);
  let at = isAbsolute(target) ? '/' : dirname(link);
  for (const name of target.split('/').filter((part) => part !== '' && part !== '.')) {
    at = name === '..' ? dirname(at) : withoutLinks(join(at, name), known);
  }
  return at;
}

/** Whether a path is another one or lies beneath it; neither has links. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
