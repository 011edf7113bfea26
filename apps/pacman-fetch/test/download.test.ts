import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

import { missing, runProgram, someOf, temporaryFolder, type TemporaryFolder, valuesOf } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  childrenOf,
  environment,
  eventually,
  isInOneProcess,
  program,
  runFetch,
  startFetch,
} from './kit/fetch-program.js';
import { lastModified, type Mirror, packed, serve, serveChanged, startMirror } from './kit/mirror.js';

const content = packed(300_000);
const future = 'Fri, 01 Jan 2038 00:00:00 GMT';
const half = content.subarray(0, 150_000);
let mirror: Mirror;
let folder: TemporaryFolder;
let config: string;
/** Bytes that `/slow` has sent. */
let sent: number;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x.pkg': content, '/big.sig': packed(20_000), '/empty': Buffer.alloc(0) },
    {
      '/no-range': (_request, response) => response.writeHead(200, { 'content-length': content.length }).end(content),
      '/changed': serveChanged(content, new Date('2036-01-01T00:00:00Z')),
      '/wrong-range': (request, response) => {
        if (request.headers.range === undefined) serve(content, request, response);
        else response.writeHead(206, { 'content-range': `bytes 0-299999/300000` }).end(content);
      },
      '/truncated': (_request, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(half, () => response.destroy());
      },
      '/stalled': (request, response) => {
        if (request.headers.range !== undefined) return serve(content, request, response);
        response.writeHead(200, { 'content-length': content.length });
        response.write(half);
      },
      '/no-condition-206': (request, response) => {
        const headers = { 'content-range': 'bytes 150000-299999/300000', 'last-modified': future };
        if (request.headers.range === undefined) serve(content, request, response);
        else response.writeHead(206, headers).end(Buffer.alloc(150_000));
      },
      '/no-condition-416': (request, response) => {
        if (request.headers.range === undefined) serve(content, request, response);
        else response.writeHead(416, { 'content-range': 'bytes */150000', 'last-modified': future }).end();
      },
      '/unknown-length': (request, response) => {
        if (request.headers.range === undefined) serve(content, request, response);
        else
          response.writeHead(206, { 'content-range': 'bytes 150000-299999/*' }).end(content.subarray(150_000, 150_010));
      },
      '/test.db': (_request, response) =>
        response.writeHead(200, { 'last-modified': 'Wed, 31 Dec 1969 23:59:59 GMT' }).end(content),
      // Without a length, so that only the bytes themselves tell.
      '/long.sig': (_request, response) => void response.writeHead(200).end(packed(20_000)),
      '/slow': (_request, response) => {
        response.writeHead(200, { 'content-length': content.length });
        sent = 0;
        const timer = setInterval(() => {
          response.write(content.subarray(sent, sent + 5000));
          sent += 5000;
          if (sent < content.length) return;
          clearInterval(timer);
          response.end();
        }, 10);
        response.once('close', () => clearInterval(timer));
      },
      '/unasked-206': (_request, response) =>
        response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end('0123456789'),
      '/204': (_request, response) => response.writeHead(204).end(),
      '/300': (_request, response) => response.writeHead(300).end('<html>choose</html>'),
      '/304': (_request, response) => response.writeHead(304).end(),
      '/moved': (_request, response) => response.writeHead(302, { location: '/x.pkg' }).end('moved'),
      '/loop': (_request, response) => response.writeHead(301, { location: '/loop' }).end(),
      '/to-file': (_request, response) => response.writeHead(302, { location: 'file:///etc/shadow' }).end(),
      '/nowhere': (_request, response) => response.writeHead(302).end(),
    },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());

beforeEach(() => {
  folder = temporaryFolder();
  config = folder.file('pacman.conf');
  writeFileSync(config, '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

const fetchTo = async (file: string, path: string, ...options: readonly string[]) =>
  await runFetch(['--config', config, '-o', folder.file(file), ...options, mirror.origin + path]);

const lastRequest = () => mirror.requests.at(-1);

describe.skipIf(missing('root', 'linux', 'fakeroot'))('a download', () => {
  it('is whole, world-readable and its parent’s', async () => {
    expect(await fetchTo('x.part', '/x.pkg')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(folder.file('x.part')).equals(content)).toBe(true);
    const { uid, gid, mode } = statSync(folder.file('x.part'));
    expect({ uid, gid, mode: mode & 0o7777 }).toEqual({ uid: 0, gid: 0, mode: 0o644 });
    expect(lastRequest()?.headers).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'pacman-fetch/0.1' });
  });

  it('is as old as on the server where its owner downloads, or names it in the end', async () => {
    const place = folder.file('place');
    mkdirSync(place);
    chownSync(place, 65_534, 65_534);
    const args = ['--config', config, '-o', `${place}/x.part`, `${mirror.origin}/x.pkg`];
    const who = { env: environment, uid: 65_534, gid: 65_534 };
    expect(await runProgram(process.execPath, [program, ...args], who)).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(`${place}/x.part`)).toMatchObject({ uid: 65_534, mtime: lastModified });
    expect(await fetchTo('x', '/x.pkg')).toMatchObject({ status: 0 });
    expect(statSync(folder.file('x'))).toMatchObject({ uid: 0, mtime: lastModified });
  });

  it('of a database has that time under every user: the next server is asked for a newer one by it', async () => {
    expect(await fetchTo('x.db.part', '/x.pkg')).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(folder.file('x.db.part'))).toMatchObject({ uid: 0, mtime: lastModified });
    expect(await fetchTo('x.pkg.part', '/x.pkg')).toMatchObject({ status: 0, stderr: '' });
    // Nobody asks by a package's; a worker's parent sets it all the same.
    if (isInOneProcess) expect(statSync(folder.file('x.pkg.part')).mtime).not.toEqual(lastModified);
  });

  it.each([
    ['somebody else than SandboxUser', [], lastModified],
    // fakeroot(1) answers in the kernel's place, so nobody can say whose file it is.
    ['somebody who takes himself for root', ['fakeroot'], undefined],
  ])('is one of %s as well, who stays that', async (_who, prefix, mtime) => {
    const place = folder.file('place');
    mkdirSync(place);
    chownSync(place, 65_534, 65_534);
    writeFileSync(config, '[options]\nSandboxUser = daemon\n');
    const args = ['--config', config, '-o', `${place}/x.part`, '--report', `${place}/report`, `${mirror.origin}/x.pkg`];
    const [file = '', ...words] = [...prefix, process.execPath, program, ...args];
    const who = { env: environment, uid: 65_534, gid: 65_534 };
    expect(await runProgram(file, words, who)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(`${place}/x.part`).equals(content)).toBe(true);
    expect(statSync(`${place}/x.part`)).toMatchObject({ uid: 65_534, ...(mtime === undefined ? {} : { mtime }) });
    const report = JSON.parse(readFileSync(`${place}/report`, 'utf8')) as { verified: { uid: number[] } };
    expect(report.verified.uid).toEqual([65_534, 65_534, 65_534, 65_534]);
  });

  it('follows a redirect', async () => {
    expect(await fetchTo('x', '/moved')).toMatchObject({ status: 0 });
    expect(readFileSync(folder.file('x')).equals(content)).toBe(true);
  });

  it('of an empty file is an empty file', async () => {
    expect(await fetchTo('x', '/empty')).toMatchObject({ status: 0 });
    expect(statSync(folder.file('x')).size).toBe(0);
  });

  it('works in a directory that only root can enter', async () => {
    using closed = temporaryFolder(0o700);
    const { status } = await runFetch(['--config', config, '-o', closed.file('x'), `${mirror.origin}/x.pkg`]);
    expect(status).toBe(0);
    expect(readFileSync(closed.file('x')).equals(content)).toBe(true);
  });
});

describe.skipIf(missing('root', 'linux'))('an existing FILE', () => {
  it('is resumed', async () => {
    writeFileSync(folder.file('x.part'), half);
    expect(await fetchTo('x.part', '/x.pkg')).toMatchObject({ status: 0 });
    expect(readFileSync(folder.file('x.part')).equals(content)).toBe(true);
    expect(lastRequest()?.headers.range).toBe('bytes=150000-');
    expect(lastRequest()?.headers['if-unmodified-since']).toMatch(/GMT$/);
  });

  it('that is complete is taken as it is', async () => {
    writeFileSync(folder.file('x.part'), content);
    expect(await fetchTo('x.part', '/x.pkg')).toMatchObject({ status: 0 });
    expect(readFileSync(folder.file('x.part')).equals(content)).toBe(true);
    expect(lastRequest()?.headers.range).toBe('bytes=300000-');
  });

  it.each([
    ['longer than the server’s is fetched anew', Buffer.alloc(400_000), '/x.pkg', 2],
    ['older than the server’s is fetched anew', Buffer.alloc(150_000), '/changed', 2],
    ['is fetched anew when the server sends another range', Buffer.alloc(150_000), '/wrong-range', 2],
    ['is replaced when the server knows no ranges', Buffer.alloc(150_000), '/no-range', 1],
    [
      'is fetched anew when the server ignores the condition and has a newer file',
      Buffer.alloc(150_000),
      '/no-condition-206',
      2,
    ],
    [
      'of the right length is fetched anew when the server has a newer file',
      Buffer.alloc(150_000),
      '/no-condition-416',
      2,
    ],
    ['is fetched anew when the server does not say how long the file is', half, '/unknown-length', 2],
  ])('%s', async (_name, before, path, requests) => {
    writeFileSync(folder.file('x.part'), before);
    const earlier = mirror.requests.length;
    expect(await fetchTo('x.part', path)).toMatchObject({ status: 0 });
    expect(readFileSync(folder.file('x.part')).equals(content)).toBe(true);
    expect(mirror.requests.length - earlier).toBe(requests);
  });
});

describe.skipIf(missing('root', 'linux'))('a database', () => {
  it('is never resumed, and has no time where the server’s makes no sense', async () => {
    writeFileSync(folder.file('test.db.part'), 'the start of an older one');
    expect(await fetchTo('test.db.part', '/test.db')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(folder.file('test.db.part')).equals(content)).toBe(true);
    expect(lastRequest()?.headers.range).toBeUndefined();
  });
});

describe.skipIf(missing('root', 'linux'))('a name that is not .part', () => {
  it('appears only when the file is whole', async () => {
    expect(await fetchTo('x', '/truncated')).toMatchObject({ status: 1 });
    expect(readdirSync(folder.path).toSorted()).toEqual(['pacman.conf', 'x.part']);
    expect(await fetchTo('x', '/x.pkg')).toMatchObject({ status: 0 });
    expect(lastRequest()?.headers.range).toBe('bytes=150000-');
    expect(readdirSync(folder.path).toSorted()).toEqual(['pacman.conf', 'x']);
    expect(readFileSync(folder.file('x')).equals(content)).toBe(true);
  });

  it('that is there already is resumed in place', async () => {
    writeFileSync(folder.file('x'), half);
    expect(await fetchTo('x', '/x.pkg')).toMatchObject({ status: 0 });
    expect(lastRequest()?.headers.range).toBe('bytes=150000-');
    expect(readFileSync(folder.file('x')).equals(content)).toBe(true);
  });
});

describe.skipIf(missing('root', 'linux'))('a failed download', () => {
  it.each([
    ['the folder of FILE', 4, 'none/x', '/x.pkg', []],
    ['its source', 1, 'x', 'file:///nonexistent', []],
    ['its certificates', 2, 'x', '/x.pkg', ['--cacert', '/nonexistent']],
    // The control: the network was asked, and the sandbox is what is reported.
    ['its URL', 1, 'x', '/none', []],
  ])('is reported where %s can not be used', async (_, expected, name, url, more) => {
    const [report, file] = [folder.file('report'), folder.file(name)];
    const from = url.startsWith('/') ? `${mirror.origin}${url}` : url;
    const args = ['--config', config, ...more, '--report', report, '-o', file, from];
    const { status, stderr } = await runFetch(args);
    const lines = readFileSync(report, 'utf8').trimEnd().split('\n');
    const [said] = lines.map((line) => (line === '' ? {} : (JSON.parse(line) as object)));
    expect({ status, count: lines.length, said }).toMatchObject({
      status: expected,
      count: 1,
      said: { url: from, file },
    });
    if (url === '/none') return;
    const [, error] = /^error: (.*)\n/.exec(stderr) ?? [];
    expect(said).toEqual({ url: from, file, status: 'none', features: [], error });
  });

  const failures = [
    ['/absent', 'answered with status 404'],
    ['/204', 'answered with status 204'],
    ['/300', 'answered with status 300'],
    ['/304', 'answered with status 304'],
    ['/unasked-206', 'answered with status 206'],
    ['/loop', 'More than 10 redirects'],
    ['/to-file', 'redirects to file: which is not followed'],
    ['/nowhere', 'sent a redirect without a target'],
  ].flatMap(([path = '', text = '']) => ['x', 'x.part'].map((file) => ({ path, text, file })));

  // Each failure in one of the ways to write, alternately, and in `npm run test:long` in both.
  it.each(
    someOf(failures, ({ path, file }) => [path, `${file} ${failures.findIndex((one) => one.path === path) % 4}`]),
  )('of $path to $file leaves nothing and says: $text', async ({ path, text, file }) => {
    const { status, stderr } = await fetchTo(file, path);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: failed retrieving file 'x' from 127\.0\.0\.1:\d+ : /);
    expect(stderr).toContain(text);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
    // What writes in place can't take the name away any more: nothing has come, so nothing is there.
    const isThere = file === 'x.part' && isInOneProcess;
    expect(readdirSync(folder.path)).toEqual(isThere ? ['pacman.conf', 'x.part'] : ['pacman.conf']);
    if (isThere) expect(statSync(folder.file(file)).size).toBe(0);
  });

  it('with status 404 leaves what was there before', async () => {
    writeFileSync(folder.file('x.part'), half);
    expect(await fetchTo('x.part', '/absent')).toMatchObject({ status: 1 });
    expect(readFileSync(folder.file('x.part')).equals(half)).toBe(true);
  });

  it('that ends early keeps what came, says so, and goes on behind it', async () => {
    const { status, stderr } = await fetchTo('x.part', '/truncated');
    expect(status).toBe(1);
    expect(stderr).toContain('closed the connection early');
    expect(stderr).toContain('150000 bytes are kept');
    expect(readFileSync(folder.file('x.part')).equals(half)).toBe(true);
    expect(await fetchTo('x.part', '/x.pkg')).toMatchObject({ status: 0 });
    expect(readFileSync(folder.file('x.part')).equals(content)).toBe(true);
  });

  it('larger than its kind may be stops at the limit', async () => {
    for (const file of ['x.sig', 'x.sig.part']) {
      const { status, stderr } = await fetchTo(file, '/big.sig');
      expect(status).toBe(1);
      expect(stderr).toContain('has 20000 bytes; at most 16384 are permitted');
      const unsaid = await fetchTo(file, '/long.sig');
      expect(unsaid.status).toBe(1);
      expect(unsaid.stderr).toContain('larger than 16384 bytes');
    }
    expect(existsSync(folder.file('x.sig'))).toBe(false);
    const left = statSync(folder.file('x.sig.part'), { throwIfNoEntry: false })?.size ?? 0;
    expect(left).toBeLessThanOrEqual(16_384);
  });

  it('names a host that does not resolve', async () => {
    const { status, stderr } = await runFetch(['--config', config, '-o', folder.file('x'), 'http://nohost.invalid/x']);
    expect(status).toBe(1);
    expect(stderr).toContain('from nohost.invalid : Its name is not known to any name server (ENOTFOUND)\n');
    expect(existsSync(folder.file('x'))).toBe(false);
  });

  it('names a host that refuses', async () => {
    const { status, stderr } = await runFetch(['--config', config, '-o', folder.file('x'), 'http://127.0.0.1:1/x']);
    expect(status).toBe(1);
    expect(stderr).toContain('Could not connect: nothing listens there (ECONNREFUSED)');
  });

  it('on a full disk says so and leaves no file under the final name', async () => {
    const disk = folder.file('disk');
    const script = `mkdir -p ${disk} && mount -t tmpfs -o size=128k tmpfs ${disk} && "$@"; echo "status $?"; ls ${disk}`;
    const args = ['--config', config, '-o', `${disk}/x`, `${mirror.origin}/x.pkg`];
    const command = ['--mount', 'sh', '-c', script, 'sh', process.execPath, program, ...args];
    const { stdout, stderr } = await runProgram('unshare', command, { env: environment });
    expect(stdout).toBe('status 4\nx.part\n');
    expect(stderr).toContain('No space left on the disk (ENOSPC)');
    expect(stderr).toMatch(/1\d{5} bytes are kept/);
  });
});

describe.skipIf(missing('root', 'linux'))('an interrupted download', () => {
  const endings = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;
  // Its own process writes a .part in place, and a worker one that is to get another name.
  const cases = (['SIGINT', 'SIGTERM', 'SIGKILL'] as const).flatMap((signal) =>
    ['x.part', 'y'].map((file) => ({ signal, file })),
  );

  it.each(someOf(cases, valuesOf))(
    'by $signal leaves its part and no process, and resumes $file',
    async ({ signal, file }) => {
      const started = startFetch(['--config', config, '-o', folder.file(file), `${mirror.origin}/stalled`]);
      const pid = started.pid ?? 0;
      const ended = new Promise((resolve) => {
        started.once('exit', resolve);
      });
      const part = folder.file(file === 'y' ? 'y.part' : file);
      await eventually('half of the file', () => existsSync(part) && statSync(part).size === half.length);
      const [worker] = childrenOf(pid);
      expect(worker === undefined).toBe(file === 'x.part' && isInOneProcess);
      process.kill(pid, signal);
      expect(await ended).toBe(endings[signal]);
      await eventually('the end of the worker', () => worker === undefined || !existsSync(`/proc/${worker}`));
      expect(readFileSync(part).equals(half)).toBe(true);
      expect(await fetchTo(file, '/stalled')).toMatchObject({ status: 0 });
      expect(readFileSync(folder.file(file)).equals(content)).toBe(true);
    },
  );

  it('by stopping the program for a while goes on', async () => {
    const started = startFetch(['--config', config, '-o', folder.file('x'), `${mirror.origin}/slow`]);
    const ended = new Promise((resolve) => {
      started.once('exit', resolve);
    });
    await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size > 0);
    started.kill('SIGSTOP');
    await eventually('all that the server sends', () => sent >= content.length);
    started.kill('SIGCONT');
    expect(await ended).toBe(0);
    expect(readFileSync(folder.file('x')).equals(content)).toBe(true);
  });
});
