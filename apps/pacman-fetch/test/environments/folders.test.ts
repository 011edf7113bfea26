/* Folders of which pacman's own downloader can't make use: where its user can't get to. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beneath } from '@sb/containers';
import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program, runFetch } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { Machine, type MachineOptions } from '../sync/machine.js';

const packageFile = 'pkg1-1-1-any.pkg.tar.zst';
const folder = temporaryFolder();
let repository: Repository;
let count = 0;

/** A machine below a folder of a mode; the same user downloads for pacman itself. */
function machineBelow(mode: number, options: Pick<MachineOptions, 'servers' | 'own'>): Machine {
  const parent = folder.file(`parent${count++}`);
  mkdirSync(join(parent, 'machine'), { recursive: true });
  execFileSync('chmod', [mode.toString(8), parent]);
  return new Machine(join(parent, 'machine'), { ...options, options: ['DownloadUser = nobody'] });
}

/** Both commands bring what is asked for, and pacman installs it. */
async function expectDownloads(machine: Machine): Promise<void> {
  expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  expect(await machine.run('prefetch', 'pkg1')).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(machine.cache)).toEqual([packageFile]);
  expect(readFileSync(join(machine.cache, packageFile)).equals(repository.read(packageFile))).toBe(true);
  expect(await machine.pacmanWithoutNetwork('-S', 'pkg1')).toMatchObject({ status: 0 });
}

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6', 'curl'))('downloads', () => {
  beforeAll(() => {
    repository = makeRepository(folder.path);
  });
  afterAll(() => folder[Symbol.dispose]());

  it('below a directory that only root can enter', async () => {
    const names = ['test.db', packageFile];
    const files = Object.fromEntries(names.map((name) => [`/${name}`, repository.read(name)]));
    await using mirror = await startMirror(files);
    const machine = machineBelow(0o700, { servers: [mirror.origin] });
    // The control: pacman alone can't, and where all may enter it can.
    expect((await machine.pacman('-Sy')).status).toBe(1);
    expect((await machineBelow(0o755, { servers: [mirror.origin] }).pacman('-Sy')).status).toBe(0);
    await expectDownloads(machine);
  });

  it('from a repository that only root can read', async () => {
    const closed = folder.file('closed');
    execFileSync('cp', ['-rL', repository.folder, closed]);
    execFileSync('chmod', ['-R', 'go=', closed]);
    const machine = machineBelow(0o755, { servers: [`file://${closed}`] });
    expect((await machine.pacman('-Sy')).status).toBe(1);
    await expectDownloads(machine);
    // One file as well: in place as pacman has it, and under its name in the end.
    const file = join(machine.cache, 'file');
    for (const name of [`${file}.part`, file]) {
      const result = await runFetch(['--config', machine.config, '-o', name, `file://${closed}/${packageFile}`]);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(name).equals(repository.read(packageFile))).toBe(true);
    }
    expect(await runFetch(['--config', machine.config, '-o', file, `file://${closed}/none`])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^error: failed retrieving file 'file' from disk : .*ENOENT \(no such file or directory\)\n$/,
      ) as string,
    });
  });

  it('not by an XferCommand if its staging directory can’t be given to it, and says so', async () => {
    const own = ['XferCommand = /usr/bin/curl -sSfLo %o %u'];
    const machine = machineBelow(0o755, { servers: [`file://${repository.folder}`], own });
    const args = [program, 'refresh', '--config', machine.config];
    const filter = { base: 'allow-all', deny: ['chown', 'fchown', 'lchown', 'fchownat'] } as const;
    const [file = '', ...words] = [...beneath(filter), process.execPath, ...args];
    const { status, stderr } = await runProgram(file, words, { env: environment });
    expect(stderr).toMatch(
      /^error: \S*\/sync refuses chown: EPERM\n {7}Remove XferCommand: the built-in worker does not need to change an owner\.\n/,
    );
    expect(status).toBe(4);
    expect(readdirSync(join(machine.database, 'sync'))).toEqual([]);
    // The twin: without an XferCommand, and where chown is allowed.
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
  });
});
