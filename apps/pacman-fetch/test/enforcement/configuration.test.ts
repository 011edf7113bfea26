import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runFetch } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';

let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror({ '/x': Buffer.from('content') });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('pacman.d'));
});
afterEach(() => folder[Symbol.dispose]());

/** Downloads one file, configured by lines of pacman.conf and of our own file. */
async function download(pacmanConf: readonly string[], own: readonly string[]) {
  const config = folder.file('pacman.conf');
  const write = (file: string, lines: readonly string[]) => writeFileSync(file, ['[options]', ...lines, ''].join('\n'));
  write(config, pacmanConf);
  write(folder.file('pacman.d', 'pacman-fetch.conf'), own);
  const report = folder.file('report.json');
  const earlier = mirror.requests.length;
  const args = ['--config', config, '--report', report, '-o', folder.file('x'), `${mirror.origin}/x`];
  const { status, stderr } = await runFetch(args);
  const said = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Record<string, unknown>) : {};
  const { source, verified } = said;
  const requests = mirror.requests.length - earlier;
  return { status, stderr, requests, exists: existsSync(folder.file('x')), source, verified };
}

const refused = { requests: 0, exists: false };

describe.skipIf(missing('root', 'linux'))('-o with pacman.d/pacman-fetch.conf', () => {
  it('downloads as its SandboxUser, whatever pacman.conf says', async () => {
    expect(await download(['DownloadUser = daemon'], ['SandboxUser = nobody'])).toMatchObject({
      status: 0,
      exists: true,
      source: expect.stringMatching(/^SandboxUser in .*pacman-fetch\.conf:2$/) as string,
      verified: { uid: [65_534, 65_534, 65_534, 65_534] },
    });
  });

  it('is root only where it says so', async () => {
    expect(await download(['DownloadUser = nobody'], ['SandboxUserSwitch = off'])).toMatchObject({
      status: 0,
      source: 'SandboxUserSwitch = off',
      verified: { uid: [0, 0, 0, 0] },
    });
  });

  it.each([
    [[], ['SandboxFilesystem = require'], /SandboxFilesystem = require \(.*:2\) can't be had with -o yet/],
    [[], ['SandboxSyscalls = require'], /SandboxSyscalls = require \(.*:2\) can't be had/],
    [['UseSandbox = yes'], [], /SandboxFilesystem = require \(inferred: UseSandbox = yes\) can't be had/],
    [['UseSandbox = yes', 'DisableSandboxFilesystem'], [], /SandboxSyscalls = require \(inferred: UseSandbox = yes\)/],
  ])('refuses where a layer is required that it does not have: %j %j', async (pacmanConf, own, text) => {
    const result = await download(['DownloadUser = nobody', ...pacmanConf], own);
    expect(result).toMatchObject({ ...refused, status: 3 });
    expect(result.stderr).toMatch(text);
  });

  it('downloads where they are preferred, or switched off', async () => {
    const own = ['UseSandbox = yes', 'SandboxFilesystem = prefer'];
    expect(await download(['DownloadUser = nobody', 'DisableSandboxSyscalls'], own)).toMatchObject({ status: 0 });
  });

  it('tells of the first mistake in three lines at most, and asks nobody for anything', async () => {
    const result = await download(['DownloadUser = nobody', 'SigLevel = x'], ['SandboxPorts = x', 'SandboxPreset = x']);
    expect(result).toMatchObject({ ...refused, status: 2 });
    expect(result.stderr).toMatch(/^error: .*pacman\.conf:3: SigLevel = x is invalid\n.*and 2 more\.\n$/);
  });
});
