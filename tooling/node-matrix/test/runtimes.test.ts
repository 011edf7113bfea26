/* The sandbox on runtimes that npm has and that aren't Node: a child that runs, and one that is denied a file. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bestStatus, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const installed = (path: string) => fileURLToPath(new URL(`../nodes/node_modules/${path}`, import.meta.url));

/** How each runs a file. Deno asks for each right that a program wants, and looks for packages only where it is told. */
const runtimes = [
  { name: 'Bun', file: installed('bun/bin/bun'), args: ['run'] },
  {
    name: 'Deno',
    file: installed('deno/deno'),
    args: ['run', '--allow-all', '--no-lock', '--cached-only', '--node-modules-dir=manual'],
  },
] as const;

const fixture = fileURLToPath(new URL('fixtures/children.mjs', import.meta.url));
const credentialsFixture = fileURLToPath(new URL('fixtures/credentials.mjs', import.meta.url));

/** The releases are fetched for one platform (tooling/run/setup.mjs). */
const isElsewhere = missing('linux', 'x64') || !runtimes.every(({ file }) => existsSync(file));
if (isElsewhere && process.env['SB_MUST_ENFORCE'] === '1') throw new Error('SB_MUST_ENFORCE=1, and no Bun or Deno');

describe.skipIf(isElsewhere).each(runtimes)('$name', ({ file, args }) => {
  it('starts, lets run and denies as Node does, and its self-test passes', async () => {
    using folder = temporaryFolder();
    const bait = folder.file('bait');
    writeFileSync(bait, '');
    chmodSync(bait, 0o666);
    const started = await runProgram(file, [...args, fixture, bait, 'self-test'], {
      env: { PATH: '/usr/bin:/bin', HOME: folder.path, NO_COLOR: '1' },
      timeout: 60_000,
    });
    expect(started).toMatchObject({ status: 0, stderr: '' });
    const lets = { status: 0, isRefused: false };
    const denies = { status: 2, isRefused: true };
    const enforcement = bestStatus;
    expect(JSON.parse(started.stdout)).toEqual({
      spawn: { lets: { ...lets, enforcement }, denies: { ...denies, enforcement } },
      command: { lets, denies },
      control: lets,
      selfTest: true,
    });
    // By the control alone.
    expect(readFileSync(bait, 'utf8')).toBe('written\n');
  });

  it.skipIf(missing('landlock7'))('keeps from a program what a link of credentials leads to', async () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('dots/ssh'), { recursive: true });
    for (const path of ['dots/ssh/id', 'dots/other']) writeFileSync(folder.file(path), 'content\n');
    symlinkSync('dots/ssh', folder.file('.ssh'));
    const env = { PATH: '/usr/bin:/bin', HOME: folder.path, NO_COLOR: '1' };
    const read = async (path: string): Promise<unknown> => {
      const options = { env, timeout: 60_000 };
      const { stdout } = await runProgram(file, [...args, credentialsFixture, folder.file(path)], options);
      return JSON.parse(stdout);
    };
    expect(await read('dots/other')).toEqual({ stdout: 'content\n', exitCode: 0 });
    expect(await read('dots/ssh/id')).toEqual({ stdout: '', exitCode: 1 });
  });

  it('is the release that is asked for', () => {
    const packageFile = file.replace(/\/(?:bin\/bun|deno)$/, '/package.json');
    const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
    expect(spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout).toContain(version);
  });
});
