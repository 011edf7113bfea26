import { join } from 'node:path';

import { type PathRule, ro, rw, rwx, rx } from '@sb/landlock';

import { refuse } from '../errors.js';
import { absolutePath } from '../policy/absolute-path.js';
import type { SandboxPolicy } from '../policy/options.js';
import { topFolders } from '../policy/top-folders.js';
import { AllBut } from './all-but.js';
import { credentialPaths, homeOfChild, homesOf, realOf } from './homes.js';
import { RealPaths, unlooked } from './real-paths.js';
import type { Profile, ProfileRule } from '../profile/profile.js';

const builders: Readonly<Record<ProfileRule['access'], (...args: [string, ...string[], object]) => PathRule>> = {
  ro,
  rx,
  rw,
  rwx,
};

/** What grants depend on beside the policy. */
export interface GrantsNow {
  /**
   * Whether to grant no home directory. Another user or another machine opens the paths then, and may not be able to reach
   * what lies in a home directory of this machine. Default: false.
   */
  readonly withoutHomes?: boolean;
  /** Where relative paths begin. Default: where this process is now. */
  readonly folder?: string;
}

/** Where homes lie, of whomever. */
const foldersOfHomes = ['/root', '/home'] as const;

/** Grants directories of this machine, without the credentials of the users that a policy is about. */
function withoutCredentials({ user }: Pick<SandboxPolicy, 'user'>, withoutHomes: boolean): AllBut {
  const paths = new RealPaths();
  try {
    const denied = credentialPaths(homesOf(user, process.env, paths), paths);
    const how = { unlooked: unlooked(), paths };
    // Names that are here now mean nothing there, and may be for nobody else to reach.
    return withoutHomes
      ? new AllBut([...denied, ...foldersOfHomes.map(realOf)], { ...how, divides: false })
      : new AllBut(denied, how);
  } catch (error) {
    paths[Symbol.dispose]();
    throw error;
  }
}

/**
 * What the profile `read` grants in the place of `/`: paths of what lies there now, without credentials.
 *
 * @param policy - for the user
 * @param now - what else it depends on
 */
export function readableOf(
  policy: Pick<SandboxPolicy, 'user'>,
  { withoutHomes = false }: GrantsNow = {},
): readonly string[] {
  using all = withoutCredentials(policy, withoutHomes);
  return topFolders().flatMap((folder) => all.within(folder));
}

/**
 * The rules of a profile on this machine and for these users, now.
 *
 * @param profile - its data
 * @param policy - for the working directory and the user
 * @param now - what else the rules depend on; if home directories are excluded, only the working directory is granted
 * @throws SandboxError `invalid-policy` if the working directory is `/`, or has too many names beside credentials
 */
export function grantsOf(profile: Profile, policy: SandboxPolicy, now: GrantsNow): readonly PathRule[] {
  const { withoutHomes = false } = now;
  using all = withoutCredentials(policy, withoutHomes);
  // Who compiles in a folder means that one, wherever it lies.
  using here = withoutCredentials(policy, false);
  return profile.paths.flatMap(({ access, paths }) => {
    const [first, ...others] = paths.flatMap((path) => (path === '.' ? here : all).within(placeOf(path, policy, now)));
    const refer = access === 'rwx' ? { refer: true } : {};
    return first === undefined ? [] : [builders[access](first, ...others, { optional: true, ...refer })];
  });
}

function placeOf(path: string, policy: SandboxPolicy, now: GrantsNow): string {
  if (path === '.') return workingFolder(policy, now);
  return path.startsWith('~/') ? join(homeOfChild(policy.user), path.slice(2)) : path;
}

/** Services and cron start in `/`, so the working directory would be everything. */
function workingFolder({ profile, cwd = '' }: SandboxPolicy, now: GrantsNow): string {
  const folder = absolutePath(cwd, now.folder);
  if (realOf(folder) !== '/') return folder;
  return refuse(
    'profile',
    `${profile} grants the working directory, and that is /`,
    'Start it in another directory, or name one: cwd, --cwd DIR.',
  );
}
