import { mkdirSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { packageServers, serversOf, sourcesAt } from './servers.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('pacman.d'));
const config = folder.file('pacman.conf');

async function serversFrom(lines: readonly string[], own: readonly string[] = []) {
  writeFileSync(config, ['[options]', 'Architecture = x86_64', '[core]', ...lines, ''].join('\n'));
  writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), ['[options]', ...own, ''].join('\n'));
  const configuration = await loadConfiguration({ config });
  const [repository] = configuration.pacman.repositories;
  if (repository === undefined) throw new Error('there is a repository');
  return serversOf(configuration, repository, packageServers);
}

describe('serversOf', () => {
  // What pacman 7.0 asks a server on loopback for.
  it.each([
    ['http://a', 'http://a/core.db'],
    ['http://a/', 'http://a/core.db'],
    ['http://a/b/', 'http://a/b/core.db'],
    ['http://a/b//', 'http://a/b//core.db'],
    ['http://a/$repo/os/$arch/', 'http://a/core/os/x86_64/core.db'],
    ['http://a/$other', 'http://a/$other/core.db'],
    ['http://a/100%/%20', 'http://a/100%/%20/core.db'],
    ['http://a/?b=/', 'http://a/?b=/core.db'],
    ['file:///srv/repo/', 'file:///srv/repo/core.db'],
    ['HTTPS://a', 'HTTPS://a/core.db'],
  ])('asks %s for %s', async (server, url) => {
    const { usable, leftOut } = await serversFrom([`Server = ${server}`]);
    expect(sourcesAt(usable, 'core.db')).toEqual([{ url, cache: false }]);
    expect(leftOut).toEqual([]);
  });

  it.each([
    ['ftp://a/b', 'ftp://a/b', 'of ftp: where only http, https and file are possible'],
    ['rsync://a', 'rsync://a', 'of rsync: where only http, https and file are possible'],
    ['a.example/b', 'a.example/b', 'that is no URL'],
    ['/srv/repo', '/srv/repo', 'that is no URL'],
    ['http://', 'http://', 'that is no URL'],
    ['http://a:port/', 'http://a:port/', 'that is no URL'],
    ['file://host/srv', 'file://host/srv', 'of file: that names no path'],
    ['file://', 'file://', 'of file: that names no path'],
    ['file:///a%2Fb', 'file:///a%2Fb', 'of file: that names no path'],
    ['ftp://user:secret@a/b', 'ftp://a/b', 'of ftp: where only http, https and file are possible'],
    ['http://user:sec/ret@a', 'http://a', 'that is no URL'],
    ['user:secret@a/b', 'a/b', 'of user: where only http, https and file are possible'],
  ])('leaves out %s, and shows no password', async (server, shown, problem) => {
    const { usable, leftOut } = await serversFrom([`CacheServer = ${server}`, 'Server = http://good/']);
    expect(usable).toEqual([{ url: 'http://good', cache: false }]);
    expect(leftOut).toEqual([
      { place: `${config}:4`, text: `${config}:4: CacheServer = ${shown} is left out: a source ${problem}` },
    ]);
  });

  it('leaves it to an XferCommand what it can do with a URL', async () => {
    const lines = ['Server = ftp://a/', 'Server = a/b'];
    const { usable, leftOut } = await serversFrom(lines, ['XferCommand = /usr/bin/curl -o %o %u']);
    expect(usable).toEqual([{ url: 'ftp://a', cache: false }]);
    expect(leftOut).toHaveLength(1);
  });
});
