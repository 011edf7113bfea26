import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { plausible } from '../config/generated.js';
import { environment, program } from '../kit/fetch-program.js';
import { bodies, included, longLines } from './conf-files.js';
import { ours, theirs } from './conf-kit.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

for (const [name, text] of Object.entries(included)) {
  mkdirSync(dirname(folder.file(name)), { recursive: true });
  writeFileSync(folder.file(name), text.replaceAll('@', folder.path));
}

const file = folder.file('pacman.conf.test');

function write(body: string): void {
  writeFileSync(file, body.replaceAll('@', folder.path));
}

describe.skipIf(missing('pacman'))('the configuration', () => {
  it.each(bodies)('reads as pacman-conf reads it: %j', async (body) => {
    write(body);
    expect(await ours(['--config', file])).toEqual(await theirs(['--config', file]));
  });

  const whole =
    '[options]\nColor\nCacheDir = /a /b\nArchitecture = x\n[core]\nServer = $arch\nUsage = Sync\n[core]\n[e]\n';
  it.each([
    ['--repo-list'],
    ['-l', '-r', 'core'],
    ['-l', '-r', 'none'],
    ['-l', 'Color'],
    ['-r', 'core'],
    ['--repo=core', 'Server'],
    ['-r', 'core', 'Server', 'usage'],
    ['-r', 'core', 'Foo', 'Server'],
    ['-r', 'core', 'CacheServer'],
    ['-r', 'core', 'Color'],
    ['-r', 'none'],
    ['-r', 'options'],
    ['-r', ''],
    ['Color'],
    ['CheckSpace'],
    ['cachedir'],
    ['CacheDir', 'Color'],
    ['DBPath', 'DBPath'],
    ['Foo'],
    ['Include'],
    ['include', 'Color'],
    ['Server'],
    ['--rootdir', '/r/', 'DBPath', 'LogFile', 'RootDir'],
    ['-R', 'r', 'DBPath'],
    ['-R', ''],
  ])('answers as pacman-conf does: %s %s %s %s', async (...args) => {
    write(whole);
    const given = ['--config', file, ...args.filter((one) => one !== undefined)];
    expect(await ours(given)).toEqual(await theirs(given));
  });

  it('reads long lines as pacman does, and counts them as an editor does', async () => {
    write(longLines);
    const said = [await ours(['--config', file]), await theirs(['--config', file])] as const;
    expect(said[0].stdout).toBe(said[1].stdout);
    expect(said[0].warnings[1]).toContain("line 3: directive 'olor'");
    expect(said[1].warnings[1]).toContain("line 5: directive 'olor'");
  });

  it('fails where pacman-conf fails to read the first file', async () => {
    const path = folder.file('none');
    expect((await theirs(['--config', path])).status).toBe(1);
    expect((await ours(['--config', path])).status).toBe(1);
  });

  it('reads what nobody would write as pacman-conf does', async () => {
    await fc.assert(
      fc.asyncProperty(plausible, async (body) => {
        writeFileSync(file, body);
        expect(await ours(['--config', file])).toEqual(await theirs(['--config', file]));
      }),
      { numRuns: 300 },
    );
  });

  it('takes the first file from a pipe', async () => {
    const script = `"$0" "$1" conf --config <(printf '[options]\\nDownloadUser = ann\\n') DownloadUser`;
    const { stdout } = await runProgram('bash', ['-c', script, process.execPath, program], { env: environment });
    expect(stdout).toBe('ann\n');
  });
});
