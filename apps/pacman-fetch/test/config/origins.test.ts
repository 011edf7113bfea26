import { chownSync, mkdirSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { answer, conf } from '../../src/commands/conf.js';
import { parseOptions } from '../../src/options/parse.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
for (const name of ['pacman.d', 'cache']) mkdirSync(folder.file(name));

const config = folder.file('pacman.conf');

/** The lines of `conf` with their origins, single-spaced, without the test's folder. */
async function confOf(own: readonly string[], ...args: readonly string[]): Promise<readonly string[]> {
  writeFileSync(folder.file('inner.conf'), 'Server = http://m/$repo\n');
  writeFileSync(
    config,
    [
      '[options]',
      `CacheDir = ${folder.path}/cache`,
      'SigLevel = Never',
      'RootDir = /x',
      'Color',
      'Color',
      'DisableSandboxSyscalls',
      '[core]',
      'Usage = Sync',
      `Include = ${folder.path}/inn*.conf`,
      '',
    ].join('\n'),
  );
  writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), ['[options]', ...own, ''].join('\n'));
  const { lines } = await answer(parseOptions('conf', conf.options, ['-c', config, ...args]));
  return lines.map((line) => line.replaceAll(`${folder.path}/`, '').replaceAll(/ +/g, ' '));
}

describe('conf --verbose', () => {
  it('says where each value came from', async () => {
    const lines = await confOf(['SandboxUser = nobody', 'SandboxPorts = 21', 'SandboxPorts = 22'], '-v');
    expect(lines).toEqual([
      '[options]',
      'RootDir = /x # pacman.conf:4',
      'DBPath = /x/var/lib/pacman/ # inferred: RootDir',
      'CacheDir = cache # pacman.conf:2',
      'HookDir = /etc/pacman.d/hooks/ # default',
      'GPGDir = /etc/pacman.d/gnupg/ # default',
      'LogFile = /x/var/log/pacman.log # inferred: RootDir',
      'Color # pacman.conf:5',
      'DisableSandboxSyscalls # pacman.conf:7',
      'ParallelDownloads = 1 # default',
      'CleanMethod = KeepInstalled # default',
      'SigLevel = PackageNever # pacman.conf:3',
      'SigLevel = DatabaseNever # pacman.conf:3',
      '[core]',
      'Usage = Sync # pacman.conf:9',
      'Server = http://m/core # inner.conf:1',
      '[pacman-fetch]',
      'UseSandbox = auto # default',
      'SandboxUser = nobody # pacman.d/pacman-fetch.conf:2',
      'SandboxUserSwitch = prefer # default',
      'SandboxCapabilities = prefer # default',
      'SandboxFilesystem = prefer # default',
      'SandboxSyscalls = off # inferred: DisableSandboxSyscalls',
      'SandboxPorts = 21 # pacman.d/pacman-fetch.conf:3',
      'SandboxPorts = 22 # pacman.d/pacman-fetch.conf:4',
      'FetchAhead = yes # default',
    ]);
  });

  it('says it of single directives, and of the command line', async () => {
    expect(await confOf([], '-v', '-R', '/r', 'rootdir', 'UseSandbox')).toEqual([
      'RootDir = /r # --rootdir',
      'UseSandbox = auto # default',
    ]);
    expect(await confOf(['UseSandbox = no'], 'SandboxFilesystem')).toEqual(['off']);
    expect(await confOf(['UseSandbox'], '-v', 'SandboxFilesystem')).toEqual([
      'SandboxFilesystem = require # inferred: UseSandbox = yes',
    ]);
  });

  it.skipIf(missing('root'))(
    'infers the user from the owner of the cache directory, and says why none can be chosen',
    async () => {
      chownSync(folder.file('cache'), 65_534, 65_534);
      expect(await confOf([], '-v', 'SandboxUser')).toEqual(['SandboxUser = nobody # inferred: owner of cache']);
      chownSync(folder.file('cache'), 0, 0);
      expect(await confOf([], 'SandboxUser')).toEqual([]);
      expect((await confOf([], '-v')).at(-1)).toBe(
        '# no SandboxUser: no user to download as: neither SandboxUser nor DownloadUser is set, and cache belongs to root',
      );
      expect((await confOf([])).slice(-1)).toEqual(['FetchAhead = yes']);
    },
  );
});
