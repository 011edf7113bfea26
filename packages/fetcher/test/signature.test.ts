import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DownloadRequest, Outcome, SignatureRequest } from '../src/request/options.js';
import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { fileServer, lastModified, type RawServer, rawServer, response } from './kit/server.js';
import { eventually, workerPids } from './kit/worker-pid.js';

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(500);
const both = { '/x.pkg': content, '/x.pkg.sig': 'signature' };
const newer = new Date(lastModified.getTime() + 86_400_000);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const read = (name: string): string => readFileSync(folder.file(name), 'latin1');
const paths = (server: RawServer): readonly unknown[] => server.requests.map((head) => head.split(' ')[1]);

function have(name: string, text: string, time = lastModified): void {
  writeFileSync(folder.file(name), text);
  utimesSync(folder.file(name), time, time);
}

interface Odd extends Partial<DownloadRequest> {
  readonly signature?: SignatureRequest;
}

async function fetchFrom(servers: RawServer | readonly RawServer[], odd: Odd = {}): Promise<Outcome> {
  const sources = [servers].flat().map(({ origin }) => `${origin}/x.pkg`);
  return await fetchOne({ sources, to: folder.file('x'), signature: {}, ...odd });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a signature', () => {
  it('comes with its file, over one connection, named after it', async () => {
    await using server = await fileServer(both);
    const progress = new Set<string>();
    const sources = [`${server.origin}/x.pkg`];
    const outcome = await fetchOne(
      { sources, to: folder.file('x'), signature: {}, mode: 0o600 },
      { onProgress: ({ files }) => files.forEach(({ to }) => progress.add(to)) },
    );
    expect(outcome).toMatchObject({ status: 'done', size: content.length, signature: { status: 'done' } });
    expect([read('x'), read('x.sig')]).toEqual([content, 'signature']);
    expect(statSync(folder.file('x.sig'))).toMatchObject({ mode: 0o100600, mtime: lastModified, uid: 0 });
    expect(readdirSync(folder.path).sort()).toEqual(['x', 'x.sig']);
    expect(paths(server)).toEqual(['/x.pkg', '/x.pkg.sig']);
    expect(server.connections()).toBe(1);
    expect([...progress]).toEqual([folder.file('x')]);
  });

  it('that is required and missing prevents the name of the file, and a second download', async () => {
    await using server = await fileServer({ '/x.pkg': content });
    have('x', 'old');
    have('x.sig', 'old signature');
    const outcome = await fetchFrom(server);
    expect(errorOf(outcome)).toBe(`http: signature: ${server.host} answered with status 404`);
    expect(outcome.status === 'failed' && outcome.error).toMatchObject({ status: 404, host: server.host });
    expect([read('x'), read('x.sig')]).toEqual(['old', 'old signature']);
    expect(readdirSync(folder.path).sort()).toEqual(['x', 'x.part', 'x.sig']);
    await using complete = await fileServer(both);
    expect(await fetchFrom(complete)).toMatchObject({ status: 'done' });
    expect(complete.requests[0]).toContain(`range: bytes=${content.length}-`);
    expect([read('x'), read('x.sig')]).toEqual([content, 'signature']);
  });

  it('that is required is an error, not an absent optional file', async () => {
    await using server = await fileServer({ '/x.pkg': content });
    expect(await fetchFrom(server, { optional: true })).toMatchObject({ status: 'failed' });
    await using empty = await fileServer({});
    expect(await fetchFrom(empty, { optional: true, to: folder.file('y') })).toMatchObject({ status: 'absent' });
    expect(paths(empty)).toEqual(['/x.pkg']);
  });

  it('that is optional and missing is not an error, is requested once, and removes that of an older file', async () => {
    await using server = await fileServer({ '/x.pkg': content });
    await using other = await fileServer(both);
    have('x.sig', 'old signature');
    const outcome = await fetchFrom([server, other], { signature: { optional: true } });
    expect(outcome).toMatchObject({ status: 'done', failures: [], signature: { status: 'absent' } });
    expect(readdirSync(folder.path)).toEqual(['x']);
    expect(other.requests).toEqual([]);
  });

  it('that is optional and fails is reported', async () => {
    await using server = await rawServer((socket, head) => {
      if (head.includes('.sig')) socket.write(response('500 Broken', { 'content-length': 0 }));
      else socket.write(response('200 OK', { 'content-length': 4 }, 'good'));
    });
    const outcome = await fetchFrom(server, { signature: { optional: true } });
    expect(outcome).toMatchObject({ status: 'done', signature: { status: 'failed', error: { code: 'http' } } });
    expect(readdirSync(folder.path)).toEqual(['x']);
  });

  it('is requested beside the next source if the first has none', async () => {
    await using dead = await fileServer({});
    await using server = await fileServer({ '/x.pkg': content });
    await using other = await fileServer({ '/x.pkg.sig': 'signature' });
    expect(await fetchFrom([dead, server, other])).toMatchObject({ status: 'done', signature: { status: 'done' } });
    expect(read('x.sig')).toBe('signature');
    expect(paths(dead)).toEqual(['/x.pkg']);
  });

  it('is requested beside the final URL if that is named like a package', async () => {
    await using found = await fileServer({ '/pool/y.pkg': content, '/pool/y.pkg.sig': 'effective', '/4711': content });
    const redirecting = async (location: string): Promise<RawServer> =>
      await rawServer((socket, head) => {
        if (head.includes('.sig')) socket.write(response('200 OK', { 'content-length': 8 }, 'original'));
        else socket.write(response('302 Found', { location, 'content-length': 0 }));
      });
    await using named = await redirecting(`${found.origin}/pool/y.pkg`);
    await fetchFrom(named, { sources: [`${named.origin}/x.pkg`, `${found.origin}/none`] });
    expect(read('x.sig')).toBe('effective');
    await using numbered = await redirecting(`${found.origin}/4711`);
    await fetchFrom(numbered, { sources: [`${numbered.origin}/x.pkg`, `${found.origin}/none`] });
    expect(read('x.sig')).toBe('original');
  });

  it('has its own limit', async () => {
    await using server = await fileServer({ ...both, '/x.pkg.sig': 'x'.repeat(16_385) });
    expect(errorOf(await fetchFrom(server))).toMatch(
      /^too-large: signature: .* 16385 bytes; at most 16384 are permitted$/,
    );
    await using endless = await rawServer((socket, head) => {
      if (!head.includes('.sig')) socket.write(response('200 OK', { 'content-length': 4 }, 'good'));
      else socket.end(response('200 OK', { 'transfer-encoding': 'chunked' }, `c8\r\n${'x'.repeat(200)}\r\n0\r\n\r\n`));
    });
    const odd = { to: folder.file('y'), signature: { maxBytes: 100 } };
    expect(errorOf(await fetchFrom(endless, odd))).toBe('too-large: signature: The file is larger than 100 bytes');
    expect(readdirSync(folder.path)).toEqual(['x.part', 'y.part']);
  });

  it('is requested even if its file is unchanged, and may be newer', async () => {
    let time = lastModified;
    await using server = await rawServer((socket, head) => {
      const since = Date.parse(/^if-modified-since: (.*)$/im.exec(head)?.[1] ?? '');
      const changed = head.includes('.sig') ? time : lastModified;
      if (changed.getTime() <= since) socket.write(response('304 Not Modified', {}));
      else socket.write(response('200 OK', { 'last-modified': changed.toUTCString(), 'content-length': 3 }, 'new'));
    });
    have('x', 'old');
    const odd = { ifModifiedSince: 'local' } as const;
    expect(await fetchFrom(server, odd)).toMatchObject({ status: 'unchanged', signature: { status: 'done' } });
    expect([read('x'), read('x.sig')]).toEqual(['old', 'new']);
    expect(await fetchFrom(server, odd)).toMatchObject({ status: 'unchanged', signature: { status: 'unchanged' } });
    have('x.sig', 'mine');
    time = newer;
    expect(await fetchFrom(server, odd)).toMatchObject({ status: 'unchanged', signature: { status: 'done' } });
    expect([read('x'), read('x.sig')]).toEqual(['old', 'new']);
    expect(readdirSync(folder.path).sort()).toEqual(['x', 'x.sig']);
  });

  it('is downloaded with a new file, regardless of its time', async () => {
    await using server = await fileServer(both);
    have('x', 'old', new Date(0));
    have('x.sig', 'old', newer);
    expect(await fetchFrom(server, { ifModifiedSince: 'local' })).toMatchObject({ status: 'done' });
    expect([read('x'), read('x.sig')]).toEqual([content, 'signature']);
  });

  it('is copied beside a file: source', async () => {
    mkdirSync(folder.file('closed'), { mode: 0o700 });
    writeFileSync(folder.file('closed', 'x.pkg'), content);
    const sources = [pathToFileURL(folder.file('closed', 'x.pkg'))];
    const request = { sources, to: folder.file('x') };
    expect(errorOf(await fetchOne({ ...request, signature: {} }))).toMatch(
      /^source: signature: .*x\.pkg\.sig .*ENOENT \(no such file or directory\)$/,
    );
    expect(existsSync(folder.file('x'))).toBe(false);
    const silent = await fetchOne({ ...request, signature: { optional: true } });
    expect(silent).toMatchObject({ status: 'done', signature: { status: 'absent' } });
    writeFileSync(folder.file('closed', 'x.pkg.sig'), 'signature', { mode: 0o600 });
    expect(await fetchOne({ ...request, signature: {} })).toMatchObject({ signature: { status: 'done' } });
    expect(read('x.sig')).toBe('signature');
  });

  it('of a worker that is killed meanwhile is requested by the next one', async () => {
    let isStalled = true;
    await using server = await rawServer((socket, head) => {
      if (!head.includes('.sig')) {
        const headers = { 'last-modified': lastModified.toUTCString() };
        const range = { 'content-range': `bytes */${content.length}`, 'content-length': 0 };
        if (head.includes('range:')) socket.write(response('416 Range', { ...headers, ...range }));
        else socket.write(response('200 OK', { ...headers, 'content-length': content.length }, content));
      } else if (!isStalled) socket.write(response('200 OK', { 'content-length': 9 }, 'signature'));
    });
    await using fetcher = fetcherFor();
    const sources = [`${server.origin}/x.pkg`];
    const download = fetcher.download([{ sources, to: folder.file('x'), signature: {} }]);
    await eventually('the signature to be asked for', () => server.requests.length === 2);
    isStalled = false;
    expect(readdirSync(folder.path).sort()).toEqual(['x.part', 'x.sig.part']);
    for (const pid of workerPids()) process.kill(pid, 'SIGKILL');
    expect(await download).toMatchObject([{ status: 'done', signature: { status: 'done' } }]);
    expect(paths(server)).toEqual(['/x.pkg', '/x.pkg.sig', '/x.pkg', '/x.pkg.sig']);
    expect([read('x'), read('x.sig')]).toEqual([content, 'signature']);
  });

  it('of a large batch takes more workers', async () => {
    const names = Array.from({ length: 70 }, (_, index) => `${index}.pkg`);
    const files = names.flatMap((name) => [[`/${name}`, name] as const, [`/${name}.sig`, `${name} signed`] as const]);
    await using server = await fileServer(Object.fromEntries(files));
    await using fetcher = fetcherFor();
    const requests = names.map((name) => ({
      sources: [`${server.origin}/${name}`],
      to: folder.file(name),
      signature: {},
    }));
    expect((await fetcher.download(requests)).map(errorOf).filter(Boolean)).toEqual([]);
    for (const name of names) expect([read(name), read(`${name}.sig`)]).toEqual([name, `${name} signed`]);
  });

  it('must not be the destination of another request', async () => {
    const sources = ['http://127.0.0.1:1/x'];
    for (const to of ['/y/x.sig', '/y/x.part', '/y/x.sig.part']) {
      const download = fetcherFor().download([
        { sources, to: '/y/x', signature: {} },
        { sources, to },
      ]);
      await expect(download).rejects.toThrow('is the destination of two requests');
    }
    for (const suffix of ['', 'sig', '.part', './x', '.sig/x']) {
      const download = fetcherFor().download([{ sources, to: '/y/x', signature: { suffix } }]);
      await expect(download).rejects.toThrow('suffix');
    }
  });
});
