import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import type { FeatureReport } from '@sb/core';
import { createSandbox } from '@sb/sandbox';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { program, runFetch } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';

let mirror: Mirror;
let other: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  other = await startMirror({ '/x': Buffer.from('content') });
  mirror = await startMirror(
    { '/x': Buffer.from('content') },
    { '/away': (_request, response) => response.writeHead(302, { location: `${other.origin}/x` }).end() },
  );
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('pacman.d'));
});
afterEach(() => folder[Symbol.dispose]());

/** Downloads one file, configured by lines of pacman.conf and of our own file. */
async function download(pacmanConf: readonly string[], own: readonly string[], name = 'x', url = `${mirror.origin}/x`) {
  const config = folder.file('pacman.conf');
  const write = (file: string, lines: readonly string[]) => writeFileSync(file, ['[options]', ...lines, ''].join('\n'));
  write(config, pacmanConf);
  write(folder.file('pacman.d', 'pacman-fetch.conf'), own);
  const report = folder.file('report.json');
  rmSync(report, { force: true });
  const earlier = mirror.requests.length;
  const args = ['--config', config, '--report', report, '-o', folder.file(name), url];
  const { status, stderr } = await runFetch(args);
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const said = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  const { source, verified, features = [] } = said;
  const states = Object.fromEntries(
    (features as readonly FeatureReport[]).map(({ layer, feature, state }) => [`${layer}.${feature}`, state]),
  );
  const requests = mirror.requests.length - earlier;
  return { status, stderr, requests, exists: existsSync(folder.file(name)), source, verified, states };
}

const refused = { requests: 0, exists: false };

describe.skipIf(missing('root', 'linux'))('-o with pacman.d/pacman-fetch.conf', () => {
  it('downloads as its SandboxUser, with every pacman.conf', async () => {
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
    [[], ['SandboxFilesystem = require']],
    [[], ['SandboxSyscalls = require']],
    [['UseSandbox = yes'], []],
    [['UseSandbox = yes', 'DisableSandboxSyscalls'], ['SandboxFilesystem = prefer']],
  ])('has every layer that is required: %j %j', async (pacmanConf, own) => {
    for (const name of ['x', 'y.part']) {
      const result = await download(['DownloadUser = nobody', ...pacmanConf], own, name);
      const seccomp = pacmanConf.includes('DisableSandboxSyscalls') ? 0 : 2;
      expect(result).toMatchObject({ status: 0, stderr: '', verified: { seccomp, noNewPrivs: true } });
      expect(result.states['landlock.fs.write_file']).toBe('enforced');
    }
  });

  it.each([
    ['DisableSandboxFilesystem', 'landlock.fs', 'seccomp.filter'],
    ['DisableSandboxSyscalls', 'seccomp.filter', 'landlock.fs.write_file'],
  ])('%s of pacman.conf switches off its layer and no other', async (line, off, on) => {
    for (const name of ['x', 'y.part']) {
      const { status, states } = await download(['DownloadUser = nobody', line], [], name);
      expect({ status, off: states[off], on: states[on] }).toEqual({ status: 0, off: 'off', on: 'enforced' });
    }
  });

  it.each(['x', 'y.part'])('refuses if a required layer is missing, for %s', async (name) => {
    const place = folder.file('place');
    mkdirSync(place);
    chownSync(place, 65_534, 65_534);
    // A filter from above hides Landlock.
    const hidden = createSandbox({
      caps: 'off',
      landlock: 'off',
      seccomp: { base: 'allow-all', deny: ['landlock_create_ruleset'] },
    });
    const config = folder.file('pacman.conf');
    writeFileSync(config, '[options]\nDownloadUser = nobody\nUseSandbox = yes\n');
    const args = ['--config', config, '-o', `${place}/${name}`, `${mirror.origin}/x`];
    const earlier = mirror.requests.length;
    const child = hidden.spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    const [status] = (await once(child, 'close')) as [number];
    expect({ status, requests: mirror.requests.length - earlier }).toEqual({ status: 3, requests: 0 });
    expect(stderr).toMatch(/^error: .*[Ll]andlock/);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('lets redirects go to the ports that it names, and to no other', async () => {
    const own = (port: string) => [`SandboxPorts = ${port}`];
    const to = async (lines: readonly string[]) =>
      await download(['DownloadUser = nobody'], lines, 'x.part', `${mirror.origin}/away`);
    expect(await to(own(new URL(other.origin).port))).toMatchObject({ status: 0 });
    const refusedOne = await to(own('1'));
    expect(refusedOne.status).toBe(1);
    expect(refusedOne.stderr).toContain('which is not allowed');
  });

  it('reports the first mistake in three lines at most, and uses no network', async () => {
    const result = await download(['DownloadUser = nobody', 'SigLevel = x'], ['SandboxPorts = x', 'SandboxPreset = x']);
    expect(result).toMatchObject({ ...refused, status: 2 });
    expect(result.stderr).toMatch(/^error: .*pacman\.conf:3: SigLevel = x is invalid\n.*and 2 more\.\n$/);
  });
});
