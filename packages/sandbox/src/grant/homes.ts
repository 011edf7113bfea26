import { isAbsolute, resolve } from 'node:path';

import { beneath, type ByteText, byteText, shownText } from '@sb/files';
import { lookupUser } from '@sb/privdrop';

import { sandboxError } from '../errors.js';
import type { SandboxPolicy } from '../policy/options.js';
import { credentials } from '../profile/credentials.js';
import { entriesOf } from './entries.js';
import { RealPaths } from './real-paths.js';

/** Where root alone puts files: a system user's home there holds no credentials, and each of a thousand files would take a rule. */
const ofSystem = /^\/(?:usr|etc|dev|proc|sys|boot|bin|sbin|lib\w*)(?:\/|$)/;

/**
 * The home directories whose credentials no profile grants. The name service names those of the user that starts the sandbox
 * and of the user that it runs as. The caller's HOME is one too, since a program may find others by it. A variable can only
 * deny more.
 *
 * @param user - of the policy
 * @param env - the caller's environment. Default: the environment of this process
 * @param paths - what is known of paths. Default: nothing
 */
export function homesOf(
  user: SandboxPolicy['user'],
  env: NodeJS.ProcessEnv = process.env,
  paths?: RealPaths,
): readonly string[] {
  const { HOME = '' } = env;
  const homes = [ownHome(), ...(user === undefined ? [] : [homeOf(user)]), ...(isAbsolute(HOME) ? [HOME] : [])];
  return [...new Set(homes)].filter((home) => !ofSystem.test(paths === undefined ? realOf(home) : realIn(paths, home)));
}

/** The home directory of the user that the child runs as, from the name service. Grants beneath `~` are for it. */
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
 * The credentials in home directories: by their own paths, and by the paths that those lead to. An example is a link into a
 * directory of dotfiles.
 *
 * @param homes - from {@link homesOf}
 * @param paths - what is known of paths. Default: nothing
 * @returns texts; what is not UTF-8 in them is replaced: no text grants it
 */
export function credentialPaths(homes: readonly string[], paths?: RealPaths): readonly string[] {
  if (paths === undefined) {
    using own = new RealPaths();
    return credentialPaths(homes, own);
  }
  const within = homes.map((home) => byteText(resolve(home)));
  const own = new Set(within.flatMap((home) => credentials.map((name) => paths.of(beneath(home, byteText(name))))));
  const found = new Set(own);
  const search: Search = { paths, found, names: mostLinked };
  for (const path of own) findLinked(path, 2, search);
  return [...found].map(shownText);
}

/** The most names that are examined in directories of credentials: usually there are some dozen. */
const mostLinked = 10_000;

interface Search {
  readonly paths: RealPaths;
  readonly found: Set<ByteText>;
  /** How many more are looked at. */
  names: number;
}

/** Where symbolic links in a directory lead: programs that keep dotfiles elsewhere link each key separately. */
function findLinked(folder: ByteText, levels: number, search: Search): void {
  const { paths, found } = search;
  if (levels === 0 || !paths.isThere(folder)) return;
  for (const { name, kind } of entriesOf(paths.directories, folder)) {
    search.names--;
    if (search.names < 0) throw tooMany(shownText(folder));
    const path = beneath(folder, name);
    if (kind === 'directory') findLinked(path, levels - 1, search);
    else if (kind === 'link') found.add(paths.of(path, kind));
  }
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
  using paths = new RealPaths();
  return realIn(paths, path);
}

function realIn(paths: RealPaths, path: string): string {
  return shownText(paths.of(byteText(path)));
}
