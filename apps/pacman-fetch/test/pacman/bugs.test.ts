/*
 * What goes wrong with pacman's own downloader, shown with the pacman that is installed, and that it doesn't with ours.
 * Of B5 pacman 7.0 is free, and a 10th is none any more; each test says where another version differs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { missing, type ProgramResult, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, eventually, program } from '../kit/fetch-program.js';
import { type Mirror, type Route, startMirror } from '../kit/mirror.js';
import type { Machine } from '../sync/machine.js';
import { makeScene, type Scene } from '../sync/scene.js';

let scene: Scene;

const downloadUser = 'DownloadUser = nobody';
const fileOf = (name: string): string => `${name}-1-1-any.pkg.tar.zst`;
const whole = (name: string): Buffer => scene.repository.read(fileOf(name));
const half = (name: string): Buffer => whole(name).subarray(0, whole(name).length / 2);
const answer =
  (status: number): Route =>
  (_request, response) =>
    response.writeHead(status).end();

/** A mirror of the repository, where nothing else is said. */
async function mirror(routes: Readonly<Record<string, Route>> = {}): Promise<Mirror> {
  const names = ['test.db', ...scene.repository.packages];
  return await startMirror(Object.fromEntries(names.map((name) => [`/${name}`, scene.repository.read(name)])), routes);
}

/** What was asked for beyond the database: the name and the range. */
const rangesOf = ({ requests }: Mirror) =>
  requests.filter(({ url }) => url !== '/test.db').map(({ headers }) => headers.range);

const partOf = ({ cache }: Machine, name: string): string => join(cache, `${fileOf(name)}.part`);
const cacheOf = ({ cache }: Machine): readonly string[] => readdirSync(cache).toSorted();

/** A machine with databases, and parts of packages in its cache. */
async function machineWith(
  server: string,
  parts: Readonly<Record<string, Buffer>> = {},
  options: readonly string[] = [downloadUser],
): Promise<Machine> {
  const machine = scene.machine({ servers: [server], options });
  expect(await machine.pacman('-Sy')).toMatchObject({ status: 0 });
  for (const [name, bytes] of Object.entries(parts)) writeFileSync(partOf(machine, name), bytes);
  return machine;
}

/** The real pacman, or ours, in another place. */
async function inside(prefix: readonly string[], { config }: Machine, isOurs: boolean): Promise<ProgramResult> {
  const command = isOurs
    ? [process.execPath, program, 'refresh', '--config', config]
    : ['pacman', '--config', config, '--noconfirm', '-Sy'];
  const [first = '', ...rest] = [...prefix, ...command];
  return await runProgram(first, rest, { env: environment });
}

const switchingFailed = "error: switching to sandbox user 'nobody' failed!\n";
const withoutSetgroups = fileURLToPath(new URL('without-setgroups.sh', import.meta.url));

const needs = [
  'root',
  'linux',
  'pacman',
  'nginx',
  'openssl',
  'curl',
  'unshare',
  'userNamespaces',
  'landlock6',
] as const;
describe.skipIf(missing(...needs))('of the bugs of pacman', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('B1: with DownloadUser pacman resumes one of several parts; pacman-fetch resumes all', async () => {
    const names = ['pkg7', 'pkg8', 'pkg9'];
    const run = async (isOurs: boolean) => {
      await using server = await mirror();
      const machine = await machineWith(server.origin, Object.fromEntries(names.map((name) => [name, half(name)])));
      expect(await (isOurs ? machine.run('prefetch', ...names) : machine.pacman('-Sw', ...names))).toMatchObject({
        status: 0,
      });
      return { resumed: rangesOf(server).filter((range) => range !== undefined).length, cache: cacheOf(machine) };
    };
    const theirs = await run(false);
    expect(theirs.resumed).toBe(1);
    expect(theirs.cache.filter((name) => name.endsWith('.part'))).toHaveLength(2);
    expect(await run(true)).toEqual({ resumed: 3, cache: names.map(fileOf) });
  });

  it('B2: a complete part makes every -S fail; ours asks for nothing, and pacman can go on', async () => {
    await using server = await mirror();
    const machine = await machineWith(server.origin, { pkg8: whole('pkg8') });
    for (const _ of ['once', 'again']) {
      expect(await machine.pacman('-S', 'pkg8')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('pkg8: could not find package in cache') as string,
      });
    }
    expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
    expect(cacheOf(machine)).toEqual([fileOf('pkg8')]);
    expect(await machine.pacmanWithoutNetwork('-S', 'pkg8')).toMatchObject({ status: 0 });
  });

  it('B3: a part that is too long gets 416 and ends the transaction; ours begins anew', async () => {
    const run = async (isOurs: boolean) => {
      await using server = await mirror();
      const machine = await machineWith(server.origin, { pkg8: Buffer.concat([whole('pkg8'), Buffer.from('x')]) });
      const names = ['pkg8', 'pkg1'];
      const { status, stderr } = await (isOurs ? machine.run('prefetch', ...names) : machine.pacman('-Sw', ...names));
      return { status, stderr, cache: cacheOf(machine) };
    };
    const theirs = await run(false);
    expect(theirs).toMatchObject({ status: 1, stderr: expect.stringContaining('416') as string });
    expect(theirs.cache).not.toContain(fileOf('pkg8'));
    expect(await run(true)).toEqual({ status: 0, stderr: '', cache: ['pkg1', 'pkg8'].map(fileOf) });
  });

  it('B4: one failure under XferCommand throws away what was complete; ours keeps it', async () => {
    const curl = 'XferCommand = /usr/bin/curl -sfLo %o %u';
    const names = ['pkg1', 'pkg8', 'pkg2'];
    const run = async (isOurs: boolean) => {
      await using server = await mirror({ [`/${fileOf('pkg8')}`]: answer(404) });
      const options = isOurs ? [downloadUser] : [downloadUser, curl];
      const machine = scene.machine({ servers: [server.origin], options, own: isOurs ? [curl] : [] });
      expect(await machine.pacman('-Sy')).toMatchObject({ status: 0 });
      const { status } = await (isOurs ? machine.run('prefetch', ...names) : machine.pacman('-Sw', ...names));
      return { status, cache: cacheOf(machine) };
    };
    expect(await run(false)).toEqual({ status: 1, cache: [] });
    expect(await run(true)).toEqual({ status: 1, cache: ['pkg1', 'pkg2'].map(fileOf) });
  });

  it('B5: with DisableSandbox a command still is the user and can write (7.1 gives it a directory of root)', async () => {
    const { folder } = scene.copy();
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'own.sh'), `id -u > ${folder}/id; exec curl -sfLo "$2" "$1"\n`);
    const command = `XferCommand = /bin/sh ${folder}/own.sh %u %o`;
    const setup = { sandboxUser: '', options: [downloadUser, 'DisableSandbox'] };
    const theirs = scene.machine({ ...setup, options: [...setup.options, command] });
    const version = (await theirs.pacman('--version')).stdout;
    if (version.includes('Pacman v7.0.')) expect(await theirs.pacman('-Sy')).toMatchObject({ status: 0 });
    const ours = scene.machine({ ...setup, own: [command] });
    expect(await ours.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'id'), 'utf8')).toBe('65534\n');
  });

  it('B6: with DownloadUser the errors of a host are forgotten with the process; ours remembers them', async () => {
    const more = ['a', 'b', 'c'];
    const names = ['pkg1', 'pkg2', 'pkg3'];
    const good = scene.copy();
    for (const name of more) writeFileSync(join(good.folder, `${name}.db`), readFileSync(join(good.folder, 'test.db')));
    const run = async (isOurs: boolean) => {
      const paths = [...more, 'test'].map((name) => `/${name}.db`).concat(names.map((name) => `/${fileOf(name)}`));
      await using bad = await startMirror({}, Object.fromEntries(paths.map((path) => [path, answer(500)])));
      const machine = scene.machine({ servers: [bad.origin, good.url], options: [downloadUser] });
      for (const name of more) {
        appendFileSync(machine.config, `[${name}]\nServer = ${bad.origin}\nServer = ${good.url}\n`);
      }
      const args = ['--config', machine.config, '--noconfirm', '-Syw', ...names];
      const all = isOurs ? [process.execPath, program, 'pacman', '--', ...args] : ['pacman', ...args];
      expect(await runProgram(all[0] ?? '', all.slice(1), { env: environment })).toMatchObject({ status: 0 });
      return bad.requests.filter(({ url }) => url?.endsWith('.zst')).length;
    };
    expect(await run(false)).toBe(3);
    expect(await run(true)).toBe(0);
  });

  it.each([
    ['SIGTERM', [downloadUser]],
    // With DownloadUser pacman 7.0 keeps one part of one package then.
    ['SIGINT', []],
  ] as const)('B7: %s loses the part, and leaves a directory; pacman-fetch resumes', async (signal, options) => {
    const run = async (isOurs: boolean) => {
      const machine = await machineWith(`${scene.nginx.http}/slow`, {}, options);
      const command = isOurs
        ? [process.execPath, program, 'prefetch', '--config', machine.config, 'pkg10']
        : ['pacman', '--config', machine.config, '--noconfirm', '-Sw', 'pkg10'];
      // A process group of its own gets it as a whole, as from a terminal.
      const child = spawn(command[0] ?? '', command.slice(1), { env: environment, stdio: 'ignore', detached: true });
      const ended = once(child, 'exit');
      const all = () => readdirSync(machine.cache, { recursive: true, encoding: 'utf8' });
      const sizeOf = (name: string) => statSync(join(machine.cache, name), { throwIfNoEntry: false })?.size ?? 0;
      await eventually('a part', () => all().some((name) => name.endsWith('.part') && sizeOf(name) > 500_000));
      process.kill(-(child.pid ?? 0), signal);
      await ended;
      const left = all();
      scene.asked();
      const before = scene.nginx.log().length;
      const isLocked = existsSync(join(machine.database, 'db.lck'));
      const again = isOurs ? await machine.run('prefetch', 'pkg10') : undefined;
      const statuses = scene.nginx.log().slice(before);
      return { left, isLocked, again: again?.status, statuses: statuses.map((line) => line.split(' ')[0]) };
    };
    const theirs = await run(false);
    expect(theirs.left).toContainEqual(expect.stringMatching(/^download-\w{6}$/));
    expect(theirs.left).not.toContain(`${fileOf('pkg10')}.part`);
    const ours = await run(true);
    expect(ours).toEqual({ left: [`${fileOf('pkg10')}.part`], isLocked: false, again: 0, statuses: ['206'] });
  });

  it('B8: where a user namespace denies setgroups nothing can be done; ours needs it only to clear groups', async () => {
    const machine = scene.machine({ options: [downloadUser] });
    const theirs = await inside([withoutSetgroups], machine, false);
    expect(theirs.status).not.toBe(0);
    const ours = await inside([withoutSetgroups], machine, true);
    expect(ours).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(machine.database, 'sync'))).toEqual(['test.db']);
    // With a group that would be kept it refuses, and says why.
    const grouped = await inside(['setpriv', '--groups=27', withoutSetgroups], machine, true);
    expect(grouped).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^error: .*setgroups is denied .* groups would be kept\n {7}\S/) as string,
    });
  });

  it('B9: a user that does not exist is no more than an unexpected error; ours names it', async () => {
    const machine = scene.machine({ sandboxUser: '', options: ['DownloadUser = nosuchuser'] });
    const theirs = await machine.pacman('-Sy');
    expect(theirs.status).not.toBe(0);
    expect(theirs.stderr).not.toContain('nosuchuser');
    expect(await machine.run('refresh')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^error: .*"nosuchuser" does not exist\n {7}Create it/m) as string,
    });
  });

  it('B11: pacman has one message for every problem of the user; pacman-fetch names the problem', async () => {
    const machine = scene.machine({ options: [downloadUser] });
    const causes = [
      [['setpriv', '--bounding-set=-setuid'], /lacks CAP_SETUID, so it cannot switch to nobody\n/],
      [['setpriv', '--bounding-set=-setgid'], /lacks CAP_SETGID, so it cannot switch to nobody\n/],
      [['setpriv', '--groups=27', withoutSetgroups], /setgroups is denied in this user namespace/],
    ] as const;
    const said = new Set<string>();
    for (const [prefix, cause] of causes) {
      expect((await inside(prefix, machine, false)).stderr, prefix.join(' ')).toContain(switchingFailed);
      const { status, stderr } = await inside(prefix, machine, true);
      expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(cause) as string });
      said.add(stderr);
    }
    expect(said.size).toBe(causes.length);
  });
});
