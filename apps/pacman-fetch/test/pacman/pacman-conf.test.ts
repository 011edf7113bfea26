import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import { fewOrMany, missing, runProgram, temporaryFolder } from '@sb/test-kit';
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
    // The same files, in the root of another system.
    writeFileSync(file, body.replaceAll('@', ''));
    const elsewhere = ['--sysroot', folder.path, '--config', basename(file)];
    expect(await ours(elsewhere)).toEqual(await theirs(elsewhere));
  });

  const paths = '[options]\nCacheDir = rel //abs\nGPGDir =\nHookDir = /\nInclude = //?.conf\n';
  it.each([
    [paths, ['--sysroot', '@']],
    [paths, ['-S', '@/']],
    [paths, ['-S', '@//', '-R', '/r']],
    [paths, ['-S', '@', '-R', '']],
    [paths, ['-S', '@', '-R', 'r/', 'DBPath', 'RootDir']],
    [`${paths}RootDir = r\nLogFile = l\nDBPath = /d\n`, ['-S', '@', '-R', 'x']],
    [paths, ['-S', '@/none']],
    [paths, ['-S', '@', '-l']],
    [paths, ['-S', '@', '-r', 'core']],
    [paths, ['-S', '']],
  ])('finds another system as pacman-conf does: %j %j', async (body, args) => {
    writeFileSync(file, body);
    const given = ['-c', basename(file), ...args.map((one) => one.replace('@', folder.path))];
    expect(await ours(given)).toEqual(await theirs(given));
  });

  it('finds our own file there, too, and who owns its cache', async () => {
    for (const name of ['sys/etc/pacman.d', 'sys/cache']) mkdirSync(folder.file(name), { recursive: true });
    writeFileSync(folder.file('sys/etc/pacman.conf'), '[options]\nCacheDir = /cache\n');
    writeFileSync(folder.file('sys/etc/pacman.d/pacman-fetch.conf'), '[options]\nInclude = /etc/more\n');
    writeFileSync(folder.file('sys/etc/more'), '[options]\nUseSandbox = yes\n');
    const run = async (...args: readonly string[]) =>
      await runProgram(process.execPath, [program, 'conf', '-S', folder.file('sys'), ...args], { env: environment });
    expect((await run('UseSandbox')).stdout).toBe('yes\n');
    expect((await run('-v')).stdout).toContain(folder.file('sys/cache'));
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
    ['-v', 'Color'],
    ['--verbose', '-r', 'core', 'Server'],
    ['-v', 'CacheDir', '-R', '/r'],
  ])('answers as pacman-conf does: %s %s %s %s', async (...args) => {
    write(whole);
    const given = ['--config', file, ...args.filter((one) => one !== undefined)];
    const said = await ours(given);
    // Ours also says where each value came from.
    expect({ ...said, stdout: said.stdout.replaceAll(/ *# .*$/gm, '') }).toEqual(await theirs(given));
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
      fc.asyncProperty(plausible, fc.constantFrom([], ['-S', '/'], ['-S', '/proc/self/root/.']), async (body, more) => {
        writeFileSync(file, body);
        const given = ['--config', file, ...more];
        expect(await ours(given)).toEqual(await theirs(given));
      }),
      { numRuns: fewOrMany(50, 500) },
    );
  });

  it('takes the first file from a pipe', async () => {
    const script = `"$0" "$1" conf --config <(printf '[options]\\nDownloadUser = ann\\n') DownloadUser`;
    const { stdout } = await runProgram('bash', ['-c', script, process.execPath, program], { env: environment });
    expect(stdout).toBe('ann\n');
  });
});
