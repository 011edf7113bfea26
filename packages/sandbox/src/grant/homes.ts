import { isAbsolute, join } from 'node:path';

import { lookupUser } from '@sb/privdrop';

import { sandboxError } from '../errors.js';
import type { SandboxPolicy } from '../policy/options.js';
import { credentials } from '../profile/credentials.js';
import { entriesOf } from './entries.js';
import { RealPaths } from './real-paths.js';

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
  const paths = new RealPaths();
  const own = new Set(homes.flatMap((home) => credentials.map((name) => paths.of(join(home, name)))));
  const search: Search = { paths, names: mostLinked };
  return [...new Set([...own, ...[...own].flatMap((path) => linkedFrom(path, 2, search))])];
}

/** Names in credentials' folders that are looked at: there are some dozen. */
const mostLinked = 10_000;

interface Search {
  readonly paths: RealPaths;
  /** How many more are looked at. */
  names: number;
}

/** Where links in a folder lead to: programs that keep dotfiles elsewhere link each key by itself. */
function linkedFrom(folder: string, levels: number, search: Search): readonly string[] {
  const { paths } = search;
  if (levels === 0 || !paths.isThere(folder)) return [];
  return entriesOf(folder).flatMap((entry) => {
    search.names--;
    if (search.names < 0) throw tooMany(folder);
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return linkedFrom(path, levels - 1, search);
    return entry.isSymbolicLink() ? [paths.of(path)] : [];
  });
}

function tooMany(folder: string): Error {
  return sandboxError('invalid-policy', 'policy', {
    what: `credentials such as ${folder} have more than ${mostLinked} names, too many to look for links`,
    hint: 'Start from the profile none or --fs minimal, and name what is needed.',
    path: folder,
  });
}

/** A path without links, as far as it exists. */
export function realOf(path: string): string {
  return new RealPaths().of(path);
}
