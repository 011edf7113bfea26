import { join } from 'node:path';

import { type PathRule, ro, rw, rwx, rx } from '@sb/landlock';

import { refuse } from '../errors.js';
import { absolutePath } from '../policy/absolute-path.js';
import type { SandboxPolicy } from '../policy/options.js';
import { topFolders } from '../policy/top-folders.js';
import { AllBut } from './all-but.js';
import { credentialPaths, homeOfChild, homesOf, realOf } from './homes.js';
import type { Profile, ProfileRule } from '../profile/profile.js';

const builders: Readonly<Record<ProfileRule['access'], (...args: [string, ...string[], object]) => PathRule>> = {
  ro,
  rx,
  rw,
  rwx,
};

/** What grants folders of this machine without the credentials of whom a policy is about. */
export function withoutCredentials({ user }: Pick<SandboxPolicy, 'user'>): AllBut {
  return new AllBut(credentialPaths(homesOf(user)));
}

/** What the profile `read` grants in the place of `/`: paths of what lies there now, without credentials. */
export function readableOf(policy: Pick<SandboxPolicy, 'user'>): readonly string[] {
  const all = withoutCredentials(policy);
  return topFolders().flatMap((folder) => all.within(folder));
}

/**
 * The rules of a profile on this machine and for these users, now.
 *
 * @param profile - its data
 * @param policy - for the working folder and the user
 * @throws SandboxError `invalid-policy` where the working folder is `/`, or has too many names beside credentials
 */
export function grantsOf(profile: Profile, policy: SandboxPolicy): readonly PathRule[] {
  const all = withoutCredentials(policy);
  return profile.paths.flatMap(({ access, paths }) => {
    const [first, ...others] = paths.flatMap((path) => all.within(placeOf(path, policy)));
    const refer = access === 'rwx' ? { refer: true } : {};
    return first === undefined ? [] : [builders[access](first, ...others, { optional: true, ...refer })];
  });
}

function placeOf(path: string, policy: SandboxPolicy): string {
  if (path === '.') return workingFolder(policy);
  return path.startsWith('~/') ? join(homeOfChild(policy.user), path.slice(2)) : path;
}

/** Where services and cron start, all would be the working folder. */
function workingFolder({ profile, cwd = '' }: SandboxPolicy): string {
  const folder = absolutePath(cwd);
  if (realOf(folder) !== '/') return folder;
  return refuse(
    'profile',
    `${profile} grants the working folder, and that is /`,
    'Start it in a folder of your own, or name one: cwd, --cwd FOLDER.',
  );
}
