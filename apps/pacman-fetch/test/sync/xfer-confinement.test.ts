/* What an XferCommand is given, and what it can't do with it. */
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { missing, runProgram, setDefaultAcl, stranger } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, eventually, program } from '../kit/fetch-program.js';
import type { Machine, MachineOptions } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const curl = 'XferCommand = /usr/bin/curl -sfRLo %o %u';

/** A machine whose command is a script, which may write to `outside`; FILE and URL are `$2` and `$1`. */
function scripted(body: (outside: string) => string, setup: Partial<MachineOptions> = {}): [Machine, outside: string] {
  const { folder: outside } = scene.copy();
  chmodSync(outside, 0o777);
  writeFileSync(join(outside, 'own.sh'), `${body(outside)}\n`);
  const { own = [], ...rest } = setup;
  const command = [`XferCommand = /bin/bash ${outside}/own.sh %u %o`, `SandboxWritable = ${outside}`];
  return [scene.machine({ ...rest, own: [...command, ...own] }), outside];
}

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'curl', 'landlock6'))('an XferCommand', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('has a private directory, limits, and only the variables that find programs and proxies', async () => {
    const ask =
      'pwd; stat -c "%a %u" .; ulimit -c; ulimit -f; env | cut -d= -f1 | sort | tr "\\n" " "; echo; echo $HOME';
    const [machine, outside] = scripted((to) => `{ ${ask}; } > ${to}/seen; exec curl -sfo "$2" "$1"`);
    expect(await machine.run('refresh')).toMatchObject({ status: 0, stderr: '' });
    const [cwd = '', folder, core, size, names, home] = readFileSync(join(outside, 'seen'), 'utf8').split('\n');
    expect(cwd).toMatch(new RegExp(`^${machine.database}/sync/pacman-fetch-`));
    // The limit of a database is 128 MiB; bash counts in KiB.
    expect({ folder, core, size, home }).toEqual({ folder: '770 0', core: '0', size: '131072', home: cwd });
    // PWD, SHLVL and _ are bash's own.
    expect(names?.trim()).toBe('HOME PATH PWD SHLVL _');
  });

  it('is not run below a default ACL, which would open its directory to others', async () => {
    const [machine, outside] = scripted((to) => `touch ${to}/ran; exec curl -sfo "$2" "$1"`);
    const folder = join(machine.database, 'sync');
    mkdirSync(folder);
    setDefaultAcl(folder, stranger.uid);
    const { status, stderr } = await machine.run('refresh');
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringContaining(
        `error: ${folder} has a default ACL, which could give other users access to what is shared there\n       Remove that ACL: "setfacl -k ${folder}".\n`,
      ) as string,
    });
    expect([existsSync(join(outside, 'ran')), readdirSync(folder)]).toEqual([false, []]);
    // The twin: as the message says.
    await runProgram('/usr/bin/python3', ['-c', `import os; os.removexattr('${folder}', 'system.posix_acl_default')`]);
    expect(await machine.run('refresh')).toMatchObject({ status: 0 });
    expect(existsSync(join(outside, 'ran'))).toBe(true);
  });

  it('connects to the port of its URL, and to those that mirrors redirect to', async () => {
    const { port } = new URL(scene.nginx.http);
    const other = new URL(scene.nginx.https).port;
    const ports = [port, '80', '443', other];
    const connect = (to: string) =>
      ports.map((one) => `(exec 3<>/dev/tcp/127.0.0.1/${one}) 2>> ${to}/seen || echo . >> ${to}/seen`);
    const [machine, outside] = scripted((to) => `${connect(to).join('\n')}\nexec curl -sfo "$2" "$1"`);
    expect((await machine.run('refresh')).status).toBe(0);
    const seen = readFileSync(join(outside, 'seen'), 'utf8');
    const answers = ports.map((one) => new RegExp(`/${one}: (.*)$`, 'm').exec(seen)?.[1]);
    expect(answers).toEqual([undefined, 'Connection refused', 'Connection refused', 'Permission denied']);
  });

  it('connects to the port of the proxy in its environment, and downloads through it', async () => {
    const { host, port } = new URL(scene.nginx.http);
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { pathname: path } = new URL(request.url ?? '');
      get({ host: '127.0.0.1', port, path }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const proxyPort = String((proxy.address() as AddressInfo).port);
    const connect = (to: string) =>
      `(exec 3<>/dev/tcp/127.0.0.1/${proxyPort}) 2>> ${to}/seen; exec curl -sfo "$2" "$1"`;
    const env = { ...environment, http_proxy: `http://127.0.0.1:${proxyPort}` };
    const run = async (variables: Readonly<Record<string, string>>) => {
      const [machine, outside] = scripted(connect);
      const result = await runProgram(process.execPath, [program, 'refresh', '--config', machine.config], {
        env: variables,
      });
      return { ...result, seen: readFileSync(join(outside, 'seen'), 'utf8') };
    };
    try {
      // The control: where no proxy is named, its port is closed.
      expect(await run(environment)).toMatchObject({
        status: 0,
        seen: expect.stringContaining('Permission denied') as string,
      });
      expect(asked).toEqual([]);
      expect(await run(env)).toMatchObject({ status: 0, stderr: '', seen: '' });
      expect(asked).toEqual([`http://${host}/test.db`]);
    } finally {
      proxy.close();
    }
  });

  it('can leave no more than fits, neither written nor moved there', async () => {
    const large = 17 * 1024;
    const leave = [
      [`head -c ${large} /dev/zero > "$2"`, [], /ended with (?:SIGXFSZ|153|1)$/m],
      // Landlock allows no move from folder to folder, so mv copies; without it there is still a second look.
      [`mv OUT/large "$2"`, [], /ended with (?:SIGXFSZ|153|1)$/m],
      [`mv OUT/large "$2"`, ['SandboxFilesystem = off'], /it is larger than 16384 bytes/],
    ] as const;
    for (const [how, own, reason] of leave) {
      const body = (to: string) => `case "$1" in *.sig) ${how.replace('OUT', to)};; *) exec curl -sfo "$2" "$1";; esac`;
      const [machine, outside] = scripted(body, { signedBy: scene.repository, own });
      writeFileSync(join(outside, 'large'), Buffer.alloc(large));
      chownSync(join(outside, 'large'), 65_534, 65_534);
      expect(await machine.run('refresh')).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(reason) as string,
      });
      expect(readdirSync(join(machine.database, 'sync'))).toEqual([]);
    }
  });

  it('has its file made root’s, readable for all, and as old as it left it', async () => {
    const machine = scene.machine({ own: [curl] });
    expect(await machine.run('refresh')).toMatchObject({ status: 0 });
    const { uid, gid, mode, mtimeMs } = statSync(join(machine.database, 'sync', 'test.db'));
    expect({ uid, gid, mode: mode & 0o7777 }).toEqual({ uid: 0, gid: 0, mode: 0o644 });
    const there = statSync(join(scene.repository.folder, 'test.db'));
    expect(Math.floor(mtimeMs / 1000)).toBe(Math.floor(there.mtimeMs / 1000));
  });

  it('leaves a database alone that has not changed', async () => {
    const machine = scene.machine({ own: [curl] });
    const file = join(machine.database, 'sync', 'test.db');
    expect(await machine.run('refresh')).toMatchObject({ status: 0 });
    const before = statSync(file).ino;
    expect((await machine.run('refresh')).stdout).toContain(' test is up to date\n');
    expect(statSync(file).ino).toBe(before);
    expect((await machine.run('refresh', '--force')).stdout).not.toContain('up to date');
    expect(statSync(file).ino).not.toBe(before);
  });

  it('is ended with pacman-fetch, and its directory is removed', async () => {
    const [machine, outside] = scripted((to) => `echo $$ > ${to}/pid; exec sleep 50`);
    const child = machine.start('refresh');
    const ended = once(child, 'exit');
    const pid = await eventually('the command', () => {
      const file = join(outside, 'pid');
      return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
    });
    const began = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readdirSync(join(machine.database, 'sync'))).toEqual([]);
  });

  it('that is ended while it asks for an optional signature has not found out that it is missing', async () => {
    const body = (to: string) =>
      `case "$1" in *.sig) echo $$ > ${to}/pid; exec sleep 50;; *) exec curl -sfo "$2" "$1";; esac`;
    const [machine, outside] = scripted(body, { signedBy: scene.repository, options: ['SigLevel = Optional'] });
    const child = machine.start('refresh');
    const ended = once(child, 'exit');
    await eventually('the command for the signature', () => existsSync(join(outside, 'pid')));
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect(readdirSync(join(machine.database, 'sync'))).toEqual([]);
  });

  it('is not started where somebody else could turn the path of its file into another; no server is blamed', async () => {
    const servers = [scene.nginx.http, scene.nginx.http];
    const machine = scene.machine({ servers, own: [curl] });
    chownSync(machine.database, 65_534, 65_534);
    scene.asked();
    const { status, stderr } = await machine.run('refresh');
    expect(status).toBe(4);
    expect(stderr.match(/belongs to uid 65534/g)).toHaveLength(1);
    expect(scene.asked()).toEqual([]);
  });
});
