import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { credentialPaths, homeOfChild, homesOf } from './homes.js';

const own = userInfo().homedir;

describe('homesOf', () => {
  it.each<[what: string, env: NodeJS.ProcessEnv]>([
    ['no HOME', {}],
    ['HOME elsewhere', { HOME: '/srv/other' }],
    ['an empty HOME', { HOME: '' }],
    ['a relative HOME', { HOME: 'other' }],
    ['HOME of a system user', { HOME: '/usr/sbin' }],
    ['HOME above', { HOME: '/' }],
  ])('has the home directory of the name service in every environment: %s', (_, env) => {
    expect(homesOf(undefined, env)).toContain(own);
  });

  it('has HOME beside it, and that of the user to become, but none of system users', () => {
    expect(homesOf(undefined, { HOME: '/srv/other' })).toEqual([own, '/srv/other']);
    expect(homesOf('nobody', {})).toEqual([own, '/nonexistent']);
    expect(homesOf('daemon', { HOME: '/usr/lib' })).toEqual([own]);
  });

  it('grants beneath ~ are for the home directory of the name service', () => {
    expect(homeOfChild(undefined)).toBe(own);
    expect(homeOfChild('nobody')).toBe('/nonexistent');
  });
});

describe('credentialPaths', () => {
  it('refuse links that lead to a longer path than the kernel takes', () => {
    using folder = temporaryFolder();
    const name = 'n'.repeat(255);
    const names = Array.from({ length: 15 }, () => name).join('/');
    const nest = 'for _ in range(15): os.mkdir(name); os.chdir(name)\n';
    const script = `import os, sys\nname, names = sys.argv[2:]\nos.chdir(sys.argv[1])\n${nest}os.symlink(names, 'on')\n${nest}`;
    execFileSync('/usr/bin/python3', ['-c', script, folder.path, name, names]);
    symlinkSync(names, folder.file('first'));
    symlinkSync('first/on', folder.file('.ssh'));
    try {
      expect(() => credentialPaths([folder.path])).toThrow(/directories or 4095 bytes deep/);
    } finally {
      execFileSync('rm', ['-rf', folder.file(name)]);
    }
  });

  it('are without links, also where one of them or the home directory is one, or is not there yet', () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('real/dotfiles'), { recursive: true });
    writeFileSync(folder.file('real/dotfiles/npmrc'), '');
    symlinkSync('dotfiles/npmrc', folder.file('real/.npmrc'));
    symlinkSync('real', folder.file('home'));
    const paths = credentialPaths([folder.file('home')]);
    expect(paths).toEqual(expect.arrayContaining([folder.file('real/dotfiles/npmrc'), folder.file('real/.ssh')]));
    expect(paths.filter((path) => path.startsWith(folder.file('home')))).toEqual([]);
  });

  it('follow links to what isn’t there yet, and circles to no end', () => {
    using folder = temporaryFolder();
    symlinkSync('dotfiles/later', folder.file('.npmrc'));
    symlinkSync('.aws', folder.file('.azure'));
    symlinkSync('.azure', folder.file('.aws'));
    expect(credentialPaths([folder.path])).toContain(folder.file('dotfiles'));
  });

  it('name what a link in home leads to even where it is a secret’s directory elsewhere', () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('elsewhere'));
    mkdirSync(folder.file('home'));
    symlinkSync(folder.file('elsewhere'), folder.file('home/.aws'));
    expect(credentialPaths([folder.file('home')])).toContain(folder.file('elsewhere'));
  });
});
