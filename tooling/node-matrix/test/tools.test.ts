/* The five tools of examples/tools, written from the READMEs alone, on the oldest and the newest Node: each with its attack. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createTcp, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { missing, nodeReleases, type ProgramResult, runProgram, stage, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

/** Where `@sb/sandbox` is found by every user, as an installed one is. */
const folderOf = () => join(stage(), 'tools');
const tool = (name: string) => join(folderOf(), name);
const secret = 'the secret of the one who runs it';

async function run(file: string, args: readonly string[], options: object = {}): Promise<ProgramResult> {
  return await runProgram(file, args, { timeout: 15_000, ...options });
}

/** A server on loopback, while something is done. */
async function serving(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A port that only root may bind, and that nobody has. */
async function freePortOfRoot(): Promise<number> {
  for (let port = 1000; port > 700; port--) {
    const probe = createTcp().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false, // it is taken
    );
    if (!isFree) continue;
    await new Promise((resolve) => {
      probe.close(resolve);
    });
    return port;
  }
  throw new Error('no port below 1000 is free');
}

async function untilListening(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false, // not yet
    );
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error(`nobody listens on ${port}`);
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

describe.skipIf(missing('linux', 'root', 'landlock6', 'programs'))('of the five tools', () => {
  beforeAll(() => {
    const source = fileURLToPath(new URL('../../../examples/tools', import.meta.url));
    if (!existsSync(folderOf())) cpSync(source, folderOf(), { recursive: true });
  });

  describe.each(nodeReleases())('on Node $version', ({ file: node }) => {
    it('the image converter’s decoder reads no other file, and makes none', async () => {
      using folder = temporaryFolder();
      const [image, result, evil, stolen] = ['a.png', 'a.ppm', 'evil.mvg', 'stolen.txt'].map((name) =>
        folder.file(name),
      ) as [string, string, string, string];
      execFileSync('convert', ['-size', '2x2', 'xc:red', `png:${image}`]);
      // What an image can name, a decoder opens: ImageTragick, CVE-2016-3718. Here it is another picture of the user's.
      writeFileSync(
        evil,
        `push graphic-context\nviewbox 0 0 2 2\nimage over 0,0 0,0 '${image}'\npop graphic-context\n`,
      );
      await run('convert', [`mvg:${evil}`, `txt:${stolen}`]);
      expect(readFileSync(stolen, 'utf8')).toMatch(/red|FF0000/i);
      const attack = folder.file('attack.txt');
      await run(node, [tool('convert.mjs'), evil, attack]);
      expect(existsSync(attack) ? readFileSync(attack, 'utf8') : '').not.toMatch(/red|FF0000/i);
      // The same kind of image without that name is converted.
      const [plain, drawn] = [folder.file('plain.mvg'), folder.file('drawn.txt')];
      writeFileSync(
        plain,
        'push graphic-context\nviewbox 0 0 2 2\nfill blue\nrectangle 0,0 2,2\npop graphic-context\n',
      );
      expect(await run(node, [tool('convert.mjs'), plain, drawn])).toMatchObject({ status: 0 });
      expect(readFileSync(drawn, 'utf8')).toMatch(/blue|0000FF/i);
      expect(await run(node, [tool('convert.mjs'), image, result])).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(result, 'latin1')).toMatch(/^P6\n2 2\n/);
    });

    it('the server on a port of root’s does not serve a file outside its directory, and is not root', async () => {
      using folder = temporaryFolder(0o755);
      writeFileSync(folder.file('page'), 'a page');
      const port = await freePortOfRoot();
      const ask = async (path: string) => {
        await untilListening(port);
        return await run('/usr/bin/curl', ['-s', '--path-as-is', `http://127.0.0.1:${port}${path}`]);
      };
      const shadow = '/..%2f..%2f..%2f..%2f..%2fetc%2fshadow';
      const free = spawn(node, [tool('server.mjs'), folder.path, String(port), 'serve'], { stdio: 'ignore' });
      expect((await ask(shadow)).stdout).toMatch(/^root:/);
      await stop(free);
      const server = spawn(node, [tool('server.mjs'), folder.path, String(port)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      server.stdout.on('data', (bytes) => (output += String(bytes)));
      expect(await ask('/page')).toMatchObject({ stdout: 'a page' });
      expect(await ask(shadow)).toMatchObject({ stdout: 'EACCES' });
      // The server itself may say first that it listens.
      await expect.poll(() => output).toMatch(/^uid 65534, full/m);
      await stop(server);
    });

    it('the plug-in has its text, and neither files nor secrets nor the network', async () => {
      using folder = temporaryFolder(0o755);
      writeFileSync(folder.file('secret'), secret);
      const honest = folder.file('honest.mjs');
      writeFileSync(honest, 'export default (text) => text.toUpperCase();');
      await serving(
        (_request, response) => response.end('reached'),
        async (url) => {
          const evil = folder.file('evil.mjs');
          const attempts = [
            `readFileSync(${JSON.stringify(folder.file('secret'))}, 'utf8')`,
            `(writeFileSync(${JSON.stringify(folder.file('made'))}, 'x'), 'written')`,
            `process.env.TOKEN ?? (() => { throw { code: 'none' } })()`,
            `await (await fetch(${JSON.stringify(url)})).text()`,
            `execFileSync('/bin/sh', ['-c', 'kill -0 ' + process.ppid + ' && echo alive']).toString().trim()`,
          ];
          const tries = attempts.map(
            (attempt) =>
              `try { said.push(${attempt}); } catch (e) { said.push(e.code ?? e.cause?.code ?? 'refused'); }`,
          );
          writeFileSync(
            evil,
            `import { readFileSync, writeFileSync } from 'node:fs'; import { execFileSync } from 'node:child_process';
            export default async () => { const said = []; ${tries.join('\n')} return said.join(); };`,
          );
          const env = { PATH: '/usr/bin:/bin', TOKEN: secret };
          const control = `import(${JSON.stringify(evil)}).then(async (it) => console.log(await it.default()))`;
          const free = await run(node, ['-e', control], { env });
          expect(free.stdout).toBe(`${secret},written,${secret},reached,alive\n`);
          const { stdout } = await run(node, [tool('plug-ins.mjs'), evil, 'text'], { env });
          const [read, write, token, network, signal] = stdout.trim().split(',');
          expect({ read, write, token }).toEqual({ read: 'EACCES', write: 'EACCES', token: 'none' });
          expect([network, signal]).not.toContain('reached');
          expect(signal).not.toBe('alive');
          const used = await run(node, [tool('plug-ins.mjs'), honest, 'text'], { env });
          expect(used).toMatchObject({ status: 0, stdout: 'TEXT\n', stderr: '' });
        },
      );
    });

    it('the downloader gives no name to what a mirror that was taken over sends', async () => {
      using folder = temporaryFolder();
      const sum = createHash('sha256').update('what was built').digest('hex');
      const [good, bad, taken] = ['good', 'bad', 'taken'].map((name) => folder.file(name)) as [string, string, string];
      await serving(
        (request, response) => response.end(request.url === '/good' ? 'what was built' : 'what a thief has built'),
        async (url) => {
          expect(await run('/usr/bin/curl', ['-sf', '-o', taken, `${url}/bad`])).toMatchObject({ status: 0 });
          expect(readFileSync(taken, 'utf8')).toMatch(/thief/);
          const refused = await run(node, [tool('download.mjs'), `${url}/bad`, bad, sum]);
          expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/sum|SHA-256/i) as string });
          expect(existsSync(bad)).toBe(false);
          const done = await run(node, [tool('download.mjs'), `${url}/good`, good, sum]);
          expect(done).toMatchObject({ status: 0, stderr: '' });
          expect(readFileSync(good, 'utf8')).toBe('what was built');
        },
      );
    });

    it('an install script steals no token, changes no start-up file, and leaves nothing running', async () => {
      using folder = temporaryFolder();
      const [home, pkg] = [folder.file('home'), folder.file('package')];
      mkdirSync(home);
      mkdirSync(pkg);
      writeFileSync(join(home, '.npmrc'), secret);
      const time = `${3000 + process.pid}.5`;
      const script = `cat "${home}/.npmrc"; echo evil > "${home}/.bashrc"; setsid sleep ${time} > /dev/null 2>&1 & echo built > built`;
      writeFileSync(join(pkg, 'package.json'), JSON.stringify({ name: 'evil', scripts: { postinstall: script } }));
      chmodSync(home, 0o700);
      const running = async () => (await run('/usr/bin/pgrep', ['-f', '-x', `sleep ${time}`])).stdout;
      const free = await run('/bin/sh', ['-c', script], { cwd: pkg, env: { HOME: home, PATH: '/usr/bin:/bin' } });
      expect(free.stdout).toBe(secret);
      expect([existsSync(join(home, '.bashrc')), await running()]).toEqual([true, expect.stringMatching(/^\d+\n$/)]);
      process.kill(Number(await running()), 'SIGKILL');
      execFileSync('rm', [join(home, '.bashrc'), join(pkg, 'built')]);
      const env = { HOME: home, PATH: '/usr/bin:/bin' };
      const { status, stdout } = await run(node, [tool('install-scripts.mjs'), pkg], { env });
      expect(stdout).not.toContain(secret);
      // The honest part of it was done.
      expect([status, readFileSync(join(pkg, 'built'), 'utf8')]).toEqual([0, 'built\n']);
      expect(existsSync(join(home, '.bashrc'))).toBe(false);
      await expect.poll(running).toBe('');
    });
  });
});
