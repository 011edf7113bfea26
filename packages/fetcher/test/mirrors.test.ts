import { readFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FetcherError } from '../src/errors/fetcher-error.js';
import type { DownloadRequest, Outcome, Source } from '../src/request/options.js';
import { errorOf, fetcherFor } from './kit/fetch.js';
import { fileServer, lastModified, type RawServer, rawServer, response } from './kit/server.js';

const names = Array.from({ length: 8 }, (_, index) => `file-${index}`);

let folder: TemporaryFolder;
let good: RawServer;
let broken: RawServer;
beforeEach(async () => {
  folder = temporaryFolder();
  good = await fileServer(Object.fromEntries(names.map((name) => [`/${name}`, name])));
  broken = await rawServer((socket) => socket.write(response('503 Broken', { 'content-length': 0 })));
});
afterEach(async () => {
  await good[Symbol.asyncDispose]();
  await broken[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const from = (name: string, ...origins: readonly (string | RawServer)[]): DownloadRequest => {
  const sources = origins.map((origin) => `${typeof origin === 'string' ? origin : origin.origin}/${name}`);
  return { sources, to: folder.file(name) };
};
const codes = (outcome: Outcome | undefined): readonly string[] => outcome?.failures.map(({ code }) => code) ?? [];
const statuses = (outcomes: readonly Outcome[]): readonly string[] => outcomes.map(({ status }) => status);

describe.skipIf(missing('root', 'linux', 'landlock6'))('a mirror', () => {
  it('is not asked any more after three errors, which is reported once', async () => {
    await using fetcher = fetcherFor({ parallel: 1 });
    const skipped: FetcherError[] = [];
    const requests = names.map((name) => from(name, broken, good));
    const outcomes = await fetcher.download(requests, { onHostSkipped: (error) => skipped.push(error) });
    expect(statuses(outcomes)).toEqual(names.map(() => 'done'));
    expect(broken.requests).toHaveLength(3);
    expect(outcomes.map(codes)).toEqual([['http'], ['http'], ['http'], [], [], [], [], []]);
    expect(skipped.map(({ code, host, status }) => [code, host, status])).toEqual([['http', broken.host, 503]]);
  });

  it('whose name does not resolve is not asked twice', async () => {
    await using fetcher = fetcherFor({ parallel: 1 });
    const outcomes = await fetcher.download(
      names.map((name) => from(name, `http://nowhere.invalid:${good.port}`, good)),
    );
    expect(statuses(outcomes)).toEqual(names.map(() => 'done'));
    expect(outcomes.map(codes)).toEqual([['dns'], [], [], [], [], [], [], []]);
  });

  it('that fails is remembered by the next batch, and asked last', async () => {
    await using fetcher = fetcherFor({ parallel: 1 });
    await fetcher.download(names.slice(0, 3).map((name) => from(name, broken, good)));
    expect(broken.requests).toHaveLength(3);
    expect(statuses(await fetcher.download([from('file-4', broken, good)]))).toEqual(['done']);
    expect(broken.requests).toHaveLength(3);
    // Nobody is kept from being asked where nobody else has it, but there is one chance for a worker.
    const outcomes = await fetcher.download(['none', 'neither'].map((name) => from(name, broken, good)));
    expect(outcomes.map(codes)).toEqual([
      ['http', 'http'],
      ['http', 'http'],
    ]);
    // Sources of hosts that fail come last; the last one is asked even so, since it does answer.
    expect(broken.requests).toHaveLength(5);
  });

  it('is asked in spite of errors if it answers and no other is left', async () => {
    await using fetcher = fetcherFor({ parallel: 1 });
    const outcomes = await fetcher.download([
      ...['a', 'b', 'c', 'd', 'file-0'].map((name) => from(name, good)),
      ...['e', 'f', 'g', 'h'].map((name) => from(name, 'http://127.0.0.1:1')),
    ]);
    expect(statuses(outcomes).indexOf('done')).toBe(4);
    expect(outcomes.slice(5).map(codes)).toEqual([['connect'], ['connect'], ['connect'], []]);
    expect(errorOf(outcomes[8])).toBe(
      'connect: 127.0.0.1:1 is not asked any more: Could not connect to 127.0.0.1:1: nothing listens there (ECONNREFUSED)',
    );
  });

  it('is always asked if the number of errors has no limit', async () => {
    await using fetcher = fetcherFor({ parallel: 1, limits: { hostErrors: 0 } });
    const outcomes = await fetcher.download(names.map((name) => from(name, broken, 'http://nowhere.invalid', good)));
    expect(outcomes.map(codes)).toEqual(names.map(() => ['http', 'dns']));
  });

  it('may lack what is optional', async () => {
    await using fetcher = fetcherFor({ parallel: 1 });
    const optional = ['a', 'b', 'c', 'd'].map((name) => Object.assign(from(name, good), { optional: true }));
    const outcomes = await fetcher.download([...optional, from('file-0', good)]);
    expect(statuses(outcomes)).toEqual(['absent', 'absent', 'absent', 'absent', 'done']);
  });

  it('that is a cache may lack files without an error, but must not fail', async () => {
    await using cache = await fileServer({ '/file-7': 'cached' });
    await using fetcher = fetcherFor({ parallel: 1 });
    const cached = (name: string, server: RawServer): Source => ({ url: `${server.origin}/${name}`, cache: true });
    const withCache = (server: RawServer) =>
      names.map((name) => ({ sources: [cached(name, server), `${good.origin}/${name}`], to: folder.file(name) }));
    const outcomes = await fetcher.download(withCache(cache));
    expect(statuses(outcomes)).toEqual(names.map(() => 'done'));
    expect(outcomes.flatMap(codes)).toEqual([]);
    expect(cache.requests).toHaveLength(names.length);
    expect(readFileSync(folder.file('file-7'), 'utf8')).toBe('cached');
    const [alone] = await fetcher.download([{ sources: [cached('none', cache)], to: folder.file('none') }]);
    expect(errorOf(alone)).toMatch(/^http: .*404/);
    expect((await fetcher.download(withCache(broken))).flatMap(codes)).toEqual(['http', 'http', 'http']);
  });

  it('is distinguished from another one on the same host by its port', async () => {
    await using fetcher = fetcherFor({ parallel: 1 });
    const outcomes = await fetcher.download(names.map((name) => from(name, broken, good)));
    expect(statuses(outcomes)).toEqual(names.map(() => 'done'));
  });

  it('that does not listen is skipped in a large batch of many sources, without a flood of frames', async () => {
    // Ports of loopback that nobody listens on.
    const origins = Array.from({ length: 64 }, (_, index) => `http://127.0.0.1:${index + 1}`);
    const many = Array.from({ length: 128 }, (_, index) => from(`many-${index}`, ...origins));
    await using fetcher = fetcherFor();
    const outcomes = await fetcher.download(many);
    expect(new Set(outcomes.map((outcome) => errorOf(outcome)?.split(':')[0]))).toEqual(new Set(['connect']));
  });
});

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(50_000);

/** Sends its file a few bytes at a time. */
async function slowServer(bytesPerSecond: number): Promise<RawServer> {
  return await rawServer((socket, head) => {
    const start = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    const headers = { 'last-modified': lastModified.toUTCString(), 'content-length': content.length - start };
    socket.write(response(start === 0 ? '200 OK' : '206 Part', start === 0 ? headers : { ...headers, ...range }));
    let at = start;
    const timer = setInterval(() => {
      socket.write(content.slice(at, at + bytesPerSecond / 10));
      at += bytesPerSecond / 10;
      if (at >= content.length) clearInterval(timer);
    }, 100);
    socket.on('close', () => clearInterval(timer));
  });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a slow mirror', () => {
  const limits = { slowWindow: 2000 };

  it('is left for the next one, which resumes at the same byte', async () => {
    await using fast = await fileServer({ '/first': content, '/x': content });
    await using slow = await slowServer(10_000);
    await using fetcher = fetcherFor({ parallel: 1, limits });
    const [, outcome] = await fetcher.download([from('first', fast), from('x', slow, fast)]);
    expect(outcome).toMatchObject({ status: 'done', source: `${fast.origin}/x` });
    expect(outcome?.failures.map(({ code, host }) => [code, host])).toEqual([['slower', slow.host]]);
    expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
    expect(fast.requests[1]).toMatch(/range: bytes=\d{4,}-/);
    // The next batch asks it last.
    expect(await fetcher.download([from('x', slow, fast)])).toMatchObject([{ status: 'done', failures: [] }]);
    expect(slow.requests).toHaveLength(1);
  });

  it('continues while another one is asked, and sends the file if no other one has it', async () => {
    await using fast = await fileServer({ '/first': content });
    await using slow = await slowServer(400_000);
    await using fetcher = fetcherFor({ parallel: 1, limits: { ...limits, slowPercent: 90 } });
    const [, outcome] = await fetcher.download([from('first', fast), from('x', slow, fast)]);
    expect(outcome).toMatchObject({ status: 'done', source: `${slow.origin}/x` });
    expect(outcome?.failures.map(({ code, host }) => [code, host])).toEqual([['http', fast.host]]);
    expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
    expect(slow.requests).toHaveLength(1);
  });
});
