import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { inLong, missing, type ProgramResult, runProgram, someOf, valuesOf } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

/** `pacman-fetch pacman -- …` on a machine. */
async function through({ config, cacert = '' }: Machine, ...args: readonly string[]): Promise<ProgramResult> {
  const options = cacert === '' ? [] : ['--cacert', cacert];
  const all = [program, 'pacman', ...options, '--', '--config', config, '--noconfirm', ...args];
  return await runProgram(process.execPath, all, { env: environment, timeout: 55_000 });
}

const installed = async (machine: Machine): Promise<string> => (await machine.pacman('-Q')).stdout;

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('pacman-fetch pacman', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  const cases = (['http', 'https', 'file'] as const).flatMap((scheme) =>
    [false, true].map((hasDownloadUser) => ({ scheme, hasDownloadUser })),
  );

  it.each(someOf(cases, valuesOf))('-Sy, -Sw and -Syu by $scheme (DownloadUser: $hasDownloadUser)', async (one) => {
    const { repository, nginx } = scene;
    const server = one.scheme === 'file' ? `file://${repository.folder}` : nginx[one.scheme];
    const options = one.hasDownloadUser ? ['DownloadUser = nobody'] : [];
    const machine = scene.machine({ servers: [server], signedBy: repository, options });
    scene.asked();
    expect(await through(machine, '-Sy')).toMatchObject({ status: 0, stderr: '' });
    expect(await through(machine, '-Sw', 'pkg3')).toMatchObject({ status: 0 });
    expect(await installed(machine)).toBe('');
    expect(await through(machine, '-Syu', 'pkg3', 'pkg9')).toMatchObject({ status: 0 });
    expect(await installed(machine)).toBe('pkg3 1-1\npkg9 1-1\n');
    // Nothing but ours has asked for anything.
    const agents = nginx.log().filter((line) => line !== '' && !line.includes(' pacman-fetch/'));
    expect(agents).toEqual([]);
  });

  it("leaves the lines in pacman's log that pacman itself would", async () => {
    const lines = async (run: (machine: Machine) => Promise<ProgramResult>): Promise<readonly string[]> => {
      const machine = scene.machine();
      expect(await run(machine)).toMatchObject({ status: 0 });
      const text = readFileSync(join(dirname(machine.config), 'pacman.log'), 'utf8');
      // Times, and the arguments of pacman itself, which lack -y here.
      return text
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\[[^\]]+\] /, '').replace(/(Running 'pacman).*/, '$1'));
    };
    const theirs = await lines(async (machine) => await machine.pacman('-Sy', 'pkg4'));
    const ours = await lines(async (machine) => await through(machine, '-Sy', 'pkg4'));
    expect(theirs).toContain('[PACMAN] synchronizing package lists');
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    expect(await lines(async (machine) => await machine.run('refresh'))).toEqual([
      '[PACMAN] synchronizing package lists',
    ]);
  });

  it("ends with pacman's own status", async () => {
    const machine = scene.machine();
    expect(await through(machine, '-Q', 'nothing')).toMatchObject({ status: 1 });
    expect(await through(machine, '-T', 'nothing')).toMatchObject({ status: 127, stdout: 'nothing\n' });
    expect(await through(machine, '--nonsense')).toMatchObject({ status: 1 });
  });

  it('is what a command line means that begins with an operation', async () => {
    const machine = scene.machine();
    const short = async (...args: readonly string[]) =>
      await runProgram(process.execPath, [program, ...args, '--config', machine.config, '--noconfirm'], {
        env: environment,
        timeout: 55_000,
      });
    expect(await short('-Syu', 'pkg4')).toMatchObject({ status: 0, stderr: '' });
    expect(await installed(machine)).toBe('pkg4 1-1\n');
    expect(await short('--query')).toMatchObject({ status: 0, stdout: 'pkg4 1-1\n' });
    expect(await short('-T', 'nothing')).toMatchObject({ status: 127, stdout: 'nothing\n' });
  });

  it('does not start pacman where something could not be downloaded', async () => {
    const broken = scene.copy();
    writeFileSync(join(broken.folder, 'pkg3-1-1-any.pkg.tar.zst'), 'broken');
    const machine = scene.machine({ servers: [broken.url] });
    const { status, stderr } = await through(machine, '-Sy', 'pkg3', 'pkg4');
    expect(status).toBe(1);
    expect(stderr).toContain('error: failed to retrieve 1 of 2 packages\n');
    expect(await installed(machine)).toBe('');
    expect(readdirSync(machine.cache)).toContain('pkg4-1-1-any.pkg.tar.zst');
  });

  it('says once of a mirror that it was slow, and calls it no error: another one had all', async () => {
    const never = ['/test.db', '/pkg3-1-1-any.pkg.tar.zst', '/pkg4-1-1-any.pkg.tar.zst'];
    await using slow = await startMirror({}, Object.fromEntries(never.map((path) => [path, () => {}])));
    const machine = scene.machine({ servers: [slow.origin, scene.nginx.http] });
    const { status, stderr } = await through(machine, '-Sy', 'pkg3', 'pkg4');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `warning: ${slow.host} was slow; another server has sent the rest\n`,
    });
    expect(slow.requests.map(({ url }) => url)).toEqual(['/test.db']);
  });

  // Twenty seconds of waiting.
  inLong(() => {
    it('goes past a dead mirror and a slow one', async () => {
      await using slow = await startMirror({}, { '/test.db': () => {}, '/pkg3-1-1-any.pkg.tar.zst': () => {} });
      const machine = scene.machine({ servers: ['http://127.0.0.1:1', slow.origin, scene.nginx.http] });
      expect(await through(machine, '-Sy', 'pkg3')).toMatchObject({ status: 0 });
      expect(await installed(machine)).toBe('pkg3 1-1\n');
      expect(slow.requests.length).toBeGreaterThan(0);
    });
  });
});
