/* One file after the other through the front door, compared with the program as it is started without it. */
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';

import { makeAuthority, missing, smallDisk, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, eventually, runFetch } from '../kit/fetch-program.js';
import { lastModified, type Mirror, packed, startMirror } from '../kit/mirror.js';
import { families, gone, onlyFamily, StandIn, starter } from '../kit/stand-in.js';

/** A program in Python that starts another one, whose standard error nobody reads. */
const withoutReader =
  'import os,signal,sys; signal.signal(signal.SIGPIPE, signal.SIG_DFL); r,w=os.pipe(); os.dup2(w,2); os.close(r); ' +
  'os.execv(sys.argv[1], sys.argv[1:])';
const content = packed(300_000);
const half = content.subarray(0, 150_000);
const nobody = 65_534;
let mirror: Mirror;
let folder: TemporaryFolder;
let config: string;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x.pkg': content, '/big.sig': packed(20_000), '/empty': Buffer.alloc(0) },
    {
      '/long.sig': (_request, response) => void response.writeHead(200).end(packed(20_000)),
      '/unknown-length': (_request, response) => void response.writeHead(200).end(content),
      '/future': (_request, response) =>
        response.writeHead(200, { 'last-modified': 'Thu, 01 Jan 2099 00:00:00 GMT' }).end(content),
      '/truncated': (request, response) => {
        if (request.headers.range !== undefined) {
          const range = { 'content-range': 'bytes 150000-299999/300000' };
          response
            .writeHead(206, { ...range, 'last-modified': lastModified.toUTCString() })
            .end(content.subarray(150_000));
          return;
        }
        response.writeHead(200, { 'content-length': content.length, 'last-modified': lastModified.toUTCString() });
        response.write(half, () => response.destroy());
      },
      '/page': (_request, response) => void response.writeHead(200).end('\n<!DOCTYPE html><p>Please log in.'),
      '/blank': (_request, response) => void response.writeHead(200).end(Buffer.concat([Buffer.from('\n'), half])),
      '/204': (_request, response) => response.writeHead(204).end(),
      '/304': (_request, response) => response.writeHead(304).end(),
      '/hangs': (_request, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(half);
      },
      '/moved': (_request, response) => response.writeHead(302, { location: '/x.pkg' }).end('moved'),
      '/loop': (_request, response) => response.writeHead(301, { location: '/loop' }).end(),
      '/to-file': (_request, response) => response.writeHead(302, { location: 'file:///etc/shadow' }).end(),
      '/other-port': (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/x' }).end(),
    },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  config = folder.file('pacman.conf');
  writeFileSync(config, '[options]\nSandboxUser = nobody\n');
  mkdirSync(folder.file('cache'));
});
afterEach(async () => {
  await gone(folder.path);
  folder[Symbol.dispose]();
});

const file = (name: string): string => folder.file(`cache/${name}`);
const words = (name: string, path: string): readonly string[] => [
  starter,
  '--config',
  config,
  '-o',
  file(name),
  mirror.origin + path,
];

describe.skipIf(missing('root', 'linux', 'landlock6'))('the front door', () => {
  it('has one process download all files of a pacman, over one connection', async () => {
    await using pacman = new StandIn();
    const seen = new Set<number>();
    const sockets = new Set<unknown>();
    for (let number = 0; number < 5; number++) {
      expect(await pacman.run(...words(`x${number}.pkg.part`, '/x.pkg'))).toEqual({ status: 0, said: '' });
      for (const { server } of families(folder.path)) seen.add(server);
      sockets.add(mirror.requests.at(-1)?.socket);
      expect(readFileSync(file(`x${number}.pkg.part`)).equals(content)).toBe(true);
      const { uid, gid, mode, mtime } = statSync(file(`x${number}.pkg.part`));
      expect({ uid, gid, mode: mode & 0o7777, mtime }).toEqual({ uid: 0, gid: 0, mode: 0o644, mtime: lastModified });
    }
    expect({ processes: seen.size, connections: sockets.size }).toEqual({ processes: 1, connections: 1 });
    expect(mirror.requests.at(-1)?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'pacman-fetch/0.1',
    });
  });

  it('does so for a pacman that starts it as its DownloadUser', async () => {
    chownSync(file(''), nobody, nobody);
    await using pacman = new StandIn({ uid: nobody });
    for (const name of ['x.pkg.part', 'y.db.part']) {
      expect(await pacman.run(...words(name, '/x.pkg'))).toEqual({ status: 0, said: '' });
      expect(statSync(file(name))).toMatchObject({ uid: nobody, mtime: lastModified });
    }
    expect(families(folder.path)).toHaveLength(1);
  });

  it('downloads by https, with the certificates of --cacert', async () => {
    const authority = makeAuthority(folder.path);
    await using secure = await startMirror({ '/x.pkg': content }, {}, authority.issue('mirror', 'IP:127.0.0.1'));
    await using pacman = new StandIn();
    const args = ['--config', config, '--cacert', authority.file, '-o', file('x.pkg.part'), `${secure.origin}/x.pkg`];
    expect(await pacman.run(starter, ...args)).toEqual({ status: 0, said: '' });
    expect(readFileSync(file('x.pkg.part')).equals(content)).toBe(true);
    expect(families(folder.path)).toHaveLength(1);
    const untrusted = ['--config', config, '-o', file('y.pkg.part'), `${secure.origin}/x.pkg`];
    const refused = await pacman.run(starter, ...untrusted);
    expect(refused).toMatchObject({ status: 1, said: expect.stringContaining('TLS failed: ') as string });
  });

  const columns: readonly (readonly [path: string, name: string])[] = [
    ['/x.pkg', 'x.pkg.part'],
    ['/moved', 'x.pkg.part'],
    ['/empty', 'x.pkg.part'],
    ['/unknown-length', 'x.pkg.part'],
    ['/future', 'x.db.part'],
    ['/x.pkg', 'x.db.part'],
    ['/absent', 'x.pkg.part'],
    ['/absent', 'x.pkg.sig.part'],
    ['/204', 'x.pkg.part'],
    ['/304', 'x.db.part'],
    ['/truncated', 'x.pkg.part'],
    ['/truncated', 'x.db.part'],
    ['/big.sig', 'x.sig.part'],
    ['/long.sig', 'x.sig.part'],
    ['/page', 'x.db.part'],
    ['/blank', 'x.db.part'],
    ['/page', 'x.pkg.sig.part'],
    ['/page', 'x.pkg.part'],
    ['/loop', 'x.pkg.part'],
    ['/to-file', 'x.pkg.part'],
    ['/other-port', 'x.pkg.part'],
  ];

  it.each(columns)('ends for %s as %s as the program does without it', async (path, name) => {
    mkdirSync(folder.file('plain'));
    const args = ['--config', config, '-o', folder.file(`plain/${name}`), mirror.origin + path];
    const plain = await runFetch(args);
    await using pacman = new StandIn();
    const { status, said } = await pacman.run(...words(name, path));
    expect({ status, said: said.replaceAll(file(''), folder.file('plain/')) }).toEqual({
      status: plain.status,
      said: plain.stderr,
    });
    // A page is not a database. Of a package pacman itself checks the signature.
    if (path === '/page') expect(status).toBe(name === 'x.pkg.part' ? 0 : 1);
    // What may begin a page is looked at by the program itself.
    else if (path === '/blank') expect([status, families(folder.path)]).toEqual([0, []]);
    else expect(families(folder.path)).toHaveLength(1);
    const bytes = (where: string): Buffer => (existsSync(where) ? readFileSync(where) : Buffer.alloc(0));
    const [ours, theirs] = [bytes(file(name)), bytes(folder.file(`plain/${name}`))];
    // Of what is too long as much as had come stays.
    if (path !== '/long.sig') expect(ours.equals(theirs)).toBe(true);
    expect(ours.length).toBeLessThanOrEqual(name.includes('.sig') ? 16_384 : content.length);
    if (path === '/future') expect(Math.abs(Date.now() - statSync(file(name)).mtimeMs)).toBeLessThan(60_000);
  });

  it('keeps what came of a package, and the next call goes on behind it', async () => {
    await using pacman = new StandIn();
    const first = await pacman.run(...words('x.pkg.part', '/truncated'));
    expect(first).toMatchObject({ status: 1, said: expect.stringContaining('150000 bytes are kept') as string });
    expect(readFileSync(file('x.pkg.part')).equals(half)).toBe(true);
    expect(await pacman.run(...words('x.pkg.part', '/truncated'))).toMatchObject({ status: 0 });
    expect(mirror.requests.at(-1)?.headers.range).toBe('bytes=150000-');
    expect(readFileSync(file('x.pkg.part')).equals(content)).toBe(true);
  });

  it.each([
    ['a limit on files', ['prlimit', '--fsize=100000'], '/x.pkg', 4],
    ['nobody who reads what is said', ['python3', '-c', withoutReader], '/absent', 1],
  ] as const)('ends with %s as the program does without it', async (_what, prefix, path, status) => {
    await using pacman = new StandIn();
    // The limit is the front door's alone then.
    expect(await pacman.run(...words('first.pkg.part', '/x.pkg'))).toMatchObject({ status: 0 });
    const ours = await pacman.run(...prefix, ...words('x.pkg.part', path));
    await using other = new StandIn({ name: 'sh' });
    const theirs = await other.run(...prefix, ...words('y.pkg.part', path));
    expect(ours).toEqual({ ...theirs, said: theirs.said.replaceAll('y.pkg', 'x.pkg') });
    expect(ours.status).toBe(status);
  });

  it('reports a full disk as the program does', async () => {
    await using disk = await smallDisk(folder.file('cache'));
    await using big = await startMirror({ '/x.pkg': packed(2_000_000) });
    const args = (name: string) => [starter, '--config', config, '-o', file(name), `${big.origin}/x.pkg`];
    await using pacman = new StandIn({ prefix: disk.prefix });
    // Of a folder that all may write to, as that disk is, nothing is expected.
    expect(await pacman.run('chmod', '755', file(''))).toMatchObject({ status: 0 });
    const ours = await pacman.run(...args('x.pkg.part'));
    expect(families(folder.path)).toEqual([]);
    await pacman.run('rm', file('x.pkg.part'));
    await using other = new StandIn({ name: 'sh', prefix: disk.prefix });
    const theirs = await other.run(...args('x.pkg.part'));
    expect({ ...ours, said: ours.said.replace(/\d+ bytes/, 'N bytes') }).toEqual({
      ...theirs,
      said: theirs.said.replace(/\d+ bytes/, 'N bytes'),
    });
    expect(ours).toMatchObject({ status: 4, said: expect.stringContaining('No space left on the disk') as string });
  });

  it('leaves a file that it cannot make to the program, and ends who was asked for it', async () => {
    await using disk = await smallDisk(folder.file('cache'));
    await using pacman = new StandIn({ prefix: disk.prefix });
    expect(await pacman.run('chmod', '755', file(''))).toMatchObject({ status: 0 });
    expect(await pacman.run(...words('x.pkg.part', '/x.pkg'))).toEqual({ status: 0, said: '' });
    const { server } = onlyFamily(folder.path);
    // The folder, the file, and the name of the keeper: that goes with the process that was asked, and the program has room.
    const full = await pacman.run('mount', '-o', 'remount,nr_inodes=3', 'none', file(''));
    expect(full).toEqual({ status: 0, said: '' });
    expect(await pacman.run(...words('y.pkg.part', '/x.pkg'))).toEqual({ status: 0, said: '' });
    expect(await pacman.run('cmp', file('x.pkg.part'), file('y.pkg.part'))).toEqual({ status: 0, said: '' });
    expect(families(folder.path)).toEqual([]);
    expect(existsSync(`/proc/${server}`)).toBe(false);
    await pacman.run('rm', file('x.pkg.part'), file('y.pkg.part'));
    expect(await pacman.run(...words('z.pkg.part', '/x.pkg'))).toEqual({ status: 0, said: '' });
    expect(families(folder.path)).toHaveLength(1);
  });

  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('ends by %s, and what came stays', async (signal) => {
    await using pacman = new StandIn();
    expect(await pacman.run(...words('first.pkg.part', '/x.pkg'))).toMatchObject({ status: 0 });
    const call = pacman.start(...words('x.pkg.part', '/hangs'));
    await eventually('half', () => existsSync(file('x.pkg.part')) && statSync(file('x.pkg.part')).size === half.length);
    const { server } = onlyFamily(folder.path);
    for (const pid of childrenOf(pacman.pid)) process.kill(pid, signal);
    const status = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal];
    expect(await pacman.end(call)).toEqual({ status, said: '' });
    expect(readFileSync(file('x.pkg.part')).equals(half)).toBe(true);
    // What was under way is ended with it, and the next file has another process.
    await eventually('its end', () => families(folder.path).every((family) => family.server !== server));
    expect(await pacman.run(...words('last.pkg.part', '/x.pkg'))).toMatchObject({ status: 0 });
  });

  it.each([
    ['UseSandbox = no', ''],
    ['SandboxUserSwitch = off', ''],
    ['SandboxSyscalls = off', ''],
  ])('leaves nothing behind with %s, and the file comes as ever', async (line) => {
    writeFileSync(config, `[options]\nSandboxUser = nobody\n${line}\n`);
    await using pacman = new StandIn();
    for (const name of ['x.pkg.part', 'y.pkg.part']) {
      expect(await pacman.run(...words(name, '/x.pkg'))).toEqual({ status: 0, said: '' });
      expect(readFileSync(file(name)).equals(content)).toBe(true);
      expect(families(folder.path)).toEqual([]);
    }
  });

  it('is not there for who does not ask for it, and the file comes as ever', async () => {
    await using pacman = new StandIn();
    const [program = '', ...rest] = words('x.pkg.part', '/x.pkg');
    const unasked = [program, '--alone', ...rest];
    expect(await pacman.run(...unasked)).toEqual({ status: 0, said: '' });
    expect(readFileSync(file('x.pkg.part')).equals(content)).toBe(true);
    expect(families(folder.path)).toEqual([]);
    // The control: who asks has one.
    expect(await pacman.run(...words('y.pkg.part', '/x.pkg'))).toEqual({ status: 0, said: '' });
    expect(families(folder.path)).toHaveLength(1);
  });

  it('asks for nothing where another program is to download', async () => {
    mkdirSync(folder.file('pacman.d'));
    writeFileSync(folder.file('pacman.d/pacman-fetch.conf'), '[options]\nXferCommand = /usr/bin/curl -sfo %o %u\n');
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part', '/x.pkg'))).toEqual({ status: 0, said: '' });
    const server = families(folder.path).map((family) => family.server);
    expect(server.filter((pid) => pid > 0 && existsSync(`/proc/${pid}`))).toEqual([]);
  });

  it('asks another port, or by another scheme, by another process', async () => {
    await using other = await startMirror({ '/x.pkg': content });
    await using pacman = new StandIn();
    expect(await pacman.run(...words('x.pkg.part', '/x.pkg'))).toMatchObject({ status: 0 });
    const args = ['--config', config, '-o', file('y.pkg.part'), `${other.origin}/x.pkg`];
    expect(await pacman.run(starter, ...args)).toEqual({ status: 0, said: '' });
    expect(families(folder.path)).toHaveLength(2);
    expect(readdirSync(file('')).filter((name) => name.startsWith('.pacman-fetch-'))).toHaveLength(2);
  });

  it.each([
    ['a FILE that is there', 'x.pkg.part', half],
    ['a FILE that is not called .part', 'x.pkg', undefined],
  ])('is not for %s', async (_what, name, before) => {
    if (before !== undefined) writeFileSync(file(name), before);
    await using pacman = new StandIn();
    expect(await pacman.run(...words(name, '/x.pkg'))).toEqual({ status: 0, said: '' });
    expect(readFileSync(file(name)).equals(content)).toBe(true);
    expect(families(folder.path)).toEqual([]);
  });

  it('is not for what no pacman has started', async () => {
    await using shell = new StandIn({ name: 'sh' });
    expect(await shell.run(...words('x.pkg.part', '/x.pkg'))).toEqual({ status: 0, said: '' });
    expect(families(folder.path)).toEqual([]);
  });
});
