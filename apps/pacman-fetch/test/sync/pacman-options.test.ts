/* What pacman's own options mean for what is done before it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { inLong, missing, type ProgramResult, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { serve, startMirror } from '../kit/mirror.js';
import { runInTerminal } from '../kit/terminal.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const commandOf = ({ config }: Machine, ...args: readonly string[]): readonly string[] => [
  program,
  'pacman',
  '--',
  '--config',
  config,
  '--noconfirm',
  ...args,
];

async function through(machine: Machine, ...args: readonly string[]): Promise<ProgramResult> {
  return await runProgram(process.execPath, commandOf(machine, ...args), { env: environment, timeout: 55_000 });
}

/** Another folder of the machine. */
function folderOf({ config }: Machine, name: string): string {
  const path = join(config, '..', name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Changes a line of the machine's pacman.conf. */
function change({ config }: Machine, line: RegExp, to: string): void {
  writeFileSync(config, readFileSync(config, 'utf8').replace(line, to));
}

const file = 'pkg3-1-1-any.pkg.tar.zst';

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('pacman-fetch pacman', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('goes to --dbpath and --cachedir, and finds packages in the directories of pacman.conf', async () => {
    const machine = scene.machine();
    const [database, cache] = [folderOf(machine, 'db2'), folderOf(machine, 'cache2')];
    const places = ['--dbpath', database, '--cachedir', cache];
    expect(await through(machine, ...places, '-Syw', 'pkg3')).toMatchObject({ status: 0 });
    expect(readdirSync(join(database, 'sync'))).toEqual(['test.db']);
    expect(readdirSync(cache)).toEqual([file]);
    expect(readdirSync(machine.cache)).toEqual([]);
    expect(existsSync(join(machine.database, 'sync'))).toBe(false);
    // What a folder of pacman.conf has is not asked for again.
    writeFileSync(join(machine.cache, 'pkg4-1-1-any.pkg.tar.zst'), scene.repository.read('pkg4-1-1-any.pkg.tar.zst'));
    scene.asked();
    expect(await through(machine, ...places, '-Sw', 'pkg4')).toMatchObject({ status: 0 });
    expect(scene.asked()).toEqual([]);
  });

  it('finds databases below --root, and keys in --gpgdir', async () => {
    const machine = scene.machine({ signedBy: scene.repository });
    const keys = join(machine.config, '..', 'keys');
    change(machine, /^GPGDir = .*$/m, 'GPGDir = /nonexistent');
    change(machine, /^DBPath = .*$/m, '');
    const root = folderOf(machine, 'root2');
    folderOf(machine, 'root2/var/lib/pacman');
    // The control: without its keys pacman can't use what came.
    expect(await through(machine, '-r', root, '-Sy')).toMatchObject({ status: 1 });
    expect(await through(machine, '-r', root, '--gpgdir', keys, '-Syy')).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(root, 'var/lib/pacman/sync'))).toEqual(['test.db', 'test.db.sig']);
  });

  it('uses of repeated options what pacman uses: the last path, every cache directory, the first architecture', async () => {
    await using server = await startMirror({}, {});
    const machine = scene.machine();
    change(machine, /^DBPath = .*$/m, '');
    change(machine, /^Server = .*$/m, `Server = ${server.origin}/$arch`);
    const [root1, root2, db1, db2] = ['r1', 'r2', 'd1', 'd2'].map((name) => folderOf(machine, name));
    const [cache1, cache2] = ['c1', 'c2'].map((name) => folderOf(machine, name));
    for (const root of ['r1', 'r2']) folderOf(machine, `${root}/var/lib/pacman`);
    const roots = ['--root', `${root1}`, '-r', `${root2}`];
    const cases = [
      [roots, `${root2}/var/lib/pacman`],
      [[...roots, '--dbpath', `${db1}`, `-b${db2}`], `${db2}`],
    ] as const;
    for (const [options, database] of cases) {
      const args = [...options, '--arch', 'one', '--arch=two', '--cachedir', `${cache1}`, '--cachedir', `${cache2}`];
      const said = (await machine.pacman(...args, '-v', '-Q')).stdout;
      expect(said).toContain(`DB Path   : ${database}/\n`);
      expect(said).toContain(`Cache Dirs: ${cache1}/  ${cache2}/  ${machine.cache}/`);
      expect(await through(machine, ...args, '-Sy')).toMatchObject({ status: 1 });
      expect(existsSync(join(database, 'sync'))).toBe(true);
      expect(await machine.pacman(...args, '-Sy')).toMatchObject({ status: 1 });
    }
    const others = [`${root1}/var/lib/pacman`, `${db1}`, machine.database];
    expect(others.filter((path) => existsSync(join(path, 'sync')))).toEqual([]);
    expect(server.requests.map(({ url }) => url)).toEqual(Array.from({ length: 4 }, () => '/one/test.db'));
  });

  it('goes to the first --cachedir, and takes paths from where it stands; an empty one is left to pacman', async () => {
    const machine = scene.machine();
    for (const name of ['db2', 'c1', 'c2']) folderOf(machine, name);
    const options = ['--dbpath', 'db2', '--cachedir', 'c1', '--cachedir', 'c2'];
    const cwd = join(machine.config, '..');
    const run = async (...args: readonly string[]) =>
      await runProgram(process.execPath, commandOf(machine, ...args), { env: environment, cwd });
    expect(await run(...options, '-Syw', 'pkg3')).toMatchObject({ status: 0, stderr: '' });
    expect([readdirSync(join(cwd, 'c1')), readdirSync(join(cwd, 'c2'))]).toEqual([[file], []]);
    expect(readdirSync(join(cwd, 'db2/sync'))).toEqual(['test.db']);
    for (const empty of ['--root=', '--dbpath=']) {
      const { status, stderr } = await run('-Sy', empty);
      expect({ empty, status }).toEqual({ empty, status: 255 });
      expect(stderr).toMatch(/^error: failed to initialize alpm library/);
    }
  });

  it('has colour with --color always, and no bars with --noprogressbar', async () => {
    const escape = '\u001B[';
    const machine = scene.machine();
    expect((await through(machine, '-Sy')).stdout).not.toContain(escape);
    expect((await through(machine, '-Syy', '--color', 'always')).stdout).toContain(escape);
    const show = async (...args: readonly string[]) => {
      const command = [process.execPath, ...commandOf(machine, '-Syy', ...args)];
      return (await runInTerminal(command, { columns: 80 })).screen.join('\n');
    };
    expect(await show()).toContain('100%');
    expect(await show('--noprogressbar')).not.toContain('100%');
  });

  it('leaves it to pacman to warn of its configuration', async () => {
    const machine = scene.machine({ options: ['Nonsense = 1'] });
    const { status, stderr } = await through(machine, '-Syw', 'pkg3');
    expect(status).toBe(0);
    expect(stderr.match(/'Nonsense' in section 'options' not recognized/g)).toHaveLength(1);
  });

  // Eleven seconds of waiting.
  inLong(() => {
    it('waits for a server that is slow to answer with --disable-download-timeout', async () => {
      const database = scene.repository.read('test.db');
      const patience = 11_000;
      await using server = await startMirror(
        {},
        { '/test.db': (request, response) => void setTimeout(() => serve(database, request, response), patience) },
      );
      const servers = [server.origin];
      const { config } = scene.machine({ servers, options: ['DisableDownloadTimeout'] });
      const refresh = [program, 'refresh', '--config', config];
      const results = await Promise.all([
        through(scene.machine({ servers }), '-Sy'),
        through(scene.machine({ servers }), '-Sy', '--disable-download-timeout'),
        runProgram(process.execPath, refresh, { env: environment, timeout: 55_000 }),
      ]);
      expect(results.map(({ status }) => status)).toEqual([1, 0, 0]);
    });
  });
});
