/* What an upgrade would bring, asked by an ordinary user: nothing of the system's is touched. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { missing, type ProgramResult, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { makeInstalledOlder } from './installed-older.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

const nobody = { uid: 65_534, gid: 65_534 };

let scene: Scene;
let machine: Machine;
const home = temporaryFolder();

const cacheHome = home.file('cache');
const updates = join(cacheHome, 'pacman-fetch', 'updates');
const listed = 'pkg1 0-1 -> 1-1\n';

const checkUpdates = async (...args: readonly string[]): Promise<ProgramResult> =>
  await checkUpdatesOf(machine, ...args);

async function checkUpdatesOf({ config }: Machine, ...args: readonly string[]): Promise<ProgramResult> {
  const env = { ...environment, HOME: home.path, XDG_CACHE_HOME: cacheHome };
  const words = ['checkupdates', '--config', config, ...args];
  return await runProgram(process.execPath, [program, ...words], { env, ...nobody });
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'unshare', 'landlock6'))('checkupdates', () => {
  beforeAll(async () => {
    scene = await makeScene();
    machine = scene.machine();
    await machine.pacman('-Sy', 'pkg1', 'pkg2');
    rmSync(join(machine.database, 'sync'), { recursive: true });
    await runProgram('chown', ['65534:65534', home.path]);
    scene.asked();
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });

  it('has nothing to say where nothing is newer', async () => {
    expect(await checkUpdates()).toMatchObject({ status: 2, stdout: '', stderr: '' });
  });

  it.each<[what: string, ends: string, config: () => string]>([
    ['there are none', 'succeeds', () => machine.config],
    ['its configuration is not there', 'fails', () => home.file('none.conf')],
    [
      'its configuration can not be read',
      'fails',
      () => (writeFileSync(home.file('bad.conf'), '[options'), home.file('bad.conf')),
    ],
  ])('as a service where %s %s', async (_, ends, config) => {
    const unit = readFileSync(
      new URL('../../packaging/arch/pacman-fetch-checkupdates.service', import.meta.url),
      'utf8',
    );
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
    const start = home.file('start');
    writeFileSync(start, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@" --config '${config()}'\n`, {
      mode: 0o755,
    });
    const env = { ...environment, HOME: home.path, XDG_CACHE_HOME: cacheHome };
    // systemd splits such a line as sh(1) does (systemd.service(5)).
    const words = value('ExecStart').replaceAll('/usr/bin/pacman-fetch', start);
    const { status, stdout, stderr } = await runProgram('/bin/sh', ['-c', words], { env, ...nobody });
    const isSuccess = status === 0 || value('SuccessExitStatus').split(' ').includes(String(status));
    expect({ stdout, ends: isSuccess ? 'succeeds' : 'fails' }, stderr).toEqual({ stdout: '', ends });
    expect(stderr === '').toBe(isSuccess);
  });

  it('prints what is newer, and leaves the databases of the system as they were', async () => {
    makeInstalledOlder(machine, 'pkg1');
    const before = readdirSync(machine.database);
    expect(await checkUpdates()).toMatchObject({ status: 0, stdout: listed, stderr: '' });
    expect(readdirSync(machine.database)).toEqual(before);
    expect(before).not.toContain('sync');
    expect(lstatSync(join(updates, 'sync', 'test.db'))).toMatchObject(nobody);
    // The control: pacman itself knows of nothing, since its databases are not there.
    expect((await machine.pacman('-Qu')).stdout).toBe('');
  });

  it('does not warn that its user cannot switch to the one of root’s downloads, unless that is required', async () => {
    const { database } = machine;
    const usual = scene.machine({ sandboxUser: 'daemon', database });
    expect(await checkUpdatesOf(usual)).toMatchObject({ status: 0, stdout: listed, stderr: '' });
    const strict = scene.machine({ sandboxUser: 'daemon', own: ['SandboxUserSwitch = require'], database });
    expect(await checkUpdatesOf(strict)).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringContaining('cannot switch to') as string,
    });
  });

  it('brings only a database that has changed', async () => {
    await checkUpdates();
    scene.asked();
    expect(await checkUpdates()).toMatchObject({ status: 0, stdout: listed });
    expect(scene.asked()).toEqual(['304 /test.db']);
  });

  it('follows no link to the packages of another system', async () => {
    const other = home.file('other');
    mkdirSync(other, { recursive: true });
    rmSync(join(updates, 'local'));
    symlinkSync(other, join(updates, 'local'));
    expect(await checkUpdates()).toMatchObject({ status: 0, stdout: listed, stderr: '' });
    expect(readlinkSync(join(updates, 'local'))).toBe(join(machine.database, 'local'));
  });

  it('says nothing of what pacman.conf ignores', async () => {
    const quiet = scene.machine({ options: ['IgnorePkg = pkg1'], database: machine.database });
    const words = ['checkupdates', '--config', quiet.config];
    const env = { ...environment, XDG_CACHE_HOME: cacheHome };
    expect(await runProgram(process.execPath, [program, ...words], { env, ...nobody })).toMatchObject({
      status: 2,
      stdout: '',
    });
  });

  it('downloads with -d, to a cache of the user’s own and no other', async () => {
    for (const name of readdirSync(machine.cache)) rmSync(join(machine.cache, name));
    const { status, stderr } = await checkUpdates('-d');
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: `error: cannot write to any cache directory: ${machine.cache}\n       Run the command as root.\n`,
    });
    await runProgram('chown', ['65534:65534', machine.cache]);
    expect(await checkUpdates('-d')).toMatchObject({ status: 0, stdout: listed, stderr: '' });
    expect(readdirSync(machine.cache)).toEqual(['pkg1-1-1-any.pkg.tar.zst']);
  });

  it('fails where no server answers, and says why', async () => {
    const lost = scene.machine({ servers: [`${scene.nginx.http}/absent`], database: machine.database });
    rmSync(updates, { recursive: true });
    const env = { ...environment, XDG_CACHE_HOME: cacheHome };
    const words = ['checkupdates', '--config', lost.config];
    expect(await runProgram(process.execPath, [program, ...words], { env, ...nobody })).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining("failed retrieving file 'test.db'") as string,
    });
  });

  it('is root’s in a directory that no other user can name', async () => {
    const env = { ...environment, XDG_CACHE_HOME: cacheHome };
    const script = 'mount -t tmpfs -o mode=755 none /var/cache && "$@"; status=$?; ls -R /var/cache; exit $status';
    const words = ['sh', '-c', script, 'sh', process.execPath, program, 'checkupdates', '--config', machine.config];
    const { status, stdout } = await runProgram('unshare', ['--mount', ...words], { env });
    expect(status).toBe(0);
    expect(stdout).toContain(listed);
    expect(stdout).toContain('/var/cache/pacman-fetch/updates/sync:\ntest.db\n');
    expect(existsSync(join(updates, 'sync', 'test.db'))).toBe(false);
  });
});
