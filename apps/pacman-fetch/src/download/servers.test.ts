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
    ['ftp://a/b', 'ftp://a/b', 'only http, https and file are supported, not ftp'],
    ['rsync://a', 'rsync://a', 'only http, https and file are supported, not rsync'],
    ['a.example/b', 'a.example/b', 'it is not a URL'],
    ['/srv/repo', '/srv/repo', 'it is not a URL'],
    ['http://', 'http://', 'it is not a URL'],
    ['http://a:port/', 'http://a:port/', 'it is not a URL'],
    ['file://host/srv', 'file://host/srv', 'it does not name a path of this machine'],
    ['file://', 'file://', 'it does not name a path of this machine'],
    ['file:///a%2Fb', 'file:///a%2Fb', 'it does not name a path of this machine'],
    ['ftp://user:secret@a/b', 'ftp://a/b', 'only http, https and file are supported, not ftp'],
    ['http://user:sec/ret@a', 'http://a', 'it is not a URL'],
    ['user:secret@a/b', 'a/b', 'only http, https and file are supported, not user'],
  ])('leaves out %s, and shows no password', async (server, shown, problem) => {
    const { usable, leftOut } = await serversFrom([`CacheServer = ${server}`, 'Server = http://good/']);
    expect(usable).toEqual([{ url: 'http://good', cache: false }]);
    expect(leftOut).toEqual([
      { place: `${config}:4`, text: `${config}:4: CacheServer = ${shown} is left out: ${problem}` },
    ]);
  });

  it('leaves it to an XferCommand what it can do with a URL', async () => {
    const lines = ['Server = ftp://a/', 'Server = a/b'];
    const { usable, leftOut } = await serversFrom(lines, ['XferCommand = /usr/bin/curl -o %o %u']);
    expect(usable).toEqual([{ url: 'ftp://a', cache: false }]);
    expect(leftOut).toHaveLength(1);
  });
});
