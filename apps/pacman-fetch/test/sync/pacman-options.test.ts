/* What pacman's own options mean for what is done before it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, type ProgramResult, runProgram } from '@sb/test-kit';
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

  it('goes to --dbpath and --cachedir, and knows what is in the folders of pacman.conf', async () => {
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

  it('waits for a server that is slow to answer with --disable-download-timeout', async () => {
    const database = scene.repository.read('test.db');
    const patience = 11_000;
    await using server = await startMirror(
      {},
      { '/test.db': (request, response) => void setTimeout(() => serve(database, request, response), patience) },
    );
    const servers = [server.origin];
    const results = await Promise.all([
      through(scene.machine({ servers }), '-Sy'),
      through(scene.machine({ servers }), '-Sy', '--disable-download-timeout'),
      scene.machine({ servers, options: ['DisableDownloadTimeout'] }).run('refresh'),
    ]);
    expect(results.map(({ status }) => status)).toEqual([1, 0, 0]);
  });
});
