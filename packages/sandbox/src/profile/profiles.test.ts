/* The data of the profiles: what each promises, as a table. What comes of it in the kernel has tests of its own. */
import { describe, expect, it } from 'vitest';

import { credentials } from './credentials.js';
import type { Profile } from './profile.js';
import { profileNames } from './profile.js';
import { profiles } from './profiles.js';

const pathsOf = ({ paths }: Profile, ...kinds: readonly string[]) =>
  paths.filter(({ access }) => kinds.includes(access)).flatMap(({ paths: all }) => all);
const written = (profile: Profile) => pathsOf(profile, 'rw', 'rwx');
const ports = ({ connectTcp, bindTcp }: Profile) => [connectTcp, bindTcp];

describe('a profile', () => {
  it.each(profileNames)('%s says in one line of a terminal what it is', (name) => {
    const { about } = profiles[name];
    expect(about.length).toBeLessThanOrEqual(112);
    expect(about).toMatch(/^[a-z]/);
  });

  it.each(profileNames)('%s names no credentials, and no whole directory that contains them', (name) => {
    const beneathHome = pathsOf(profiles[name], 'ro', 'rx', 'rw', 'rwx').filter((path) => path.startsWith('~'));
    for (const path of beneathHome) expect(credentials).not.toContain(path.slice(2));
    expect(beneathHome.filter((path) => ['~', '~/', '~/.config', '~/.local'].includes(path))).toEqual([]);
  });

  it.each(profileNames)('%s writes only to /dev/null and the working directory', (name) => {
    expect(written(profiles[name]).filter((path) => path !== '/dev/null' && path !== '.')).toEqual([]);
  });
});

describe('what tells the profiles apart', () => {
  it.each<[name: keyof typeof profiles, folder: 'written' | 'read' | 'closed', connect: unknown, bind: unknown]>([
    ['read', 'closed', 'any', []],
    ['project', 'written', [], []],
    ['build', 'written', [], []],
    ['convert', 'closed', [], []],
    ['client', 'closed', [443, 80, 53], []],
    ['server', 'read', [], []],
    ['none', 'closed', [], []],
  ])('%s: the working directory is %s, and ports are', (name, folder, connect, bind) => {
    const profile = profiles[name];
    const isRead = pathsOf(profile, 'ro', 'rx').includes('.');
    expect(written(profile).includes('.') ? 'written' : isRead ? 'read' : 'closed').toBe(folder);
    expect(ports(profile)).toEqual([connect, bind]);
  });

  it('only convert has limits of memory and time', () => {
    const limited = profileNames.filter((name) => profiles[name].rlimits !== undefined);
    expect(limited).toEqual(['convert']);
    expect(Object.keys(profiles.convert.rlimits ?? {}).toSorted()).toEqual(['cpu', 'data', 'fsize', 'nofile']);
  });

  it('only build reads what package managers keep in the home directory', () => {
    const beneathHome = profileNames.filter((name) =>
      profiles[name].paths.some(({ paths }) => paths.some((path) => path.startsWith('~/'))),
    );
    expect(beneathHome).toEqual(['build']);
  });
});
