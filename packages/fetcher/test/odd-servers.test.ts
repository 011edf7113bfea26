import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { endlessly, ok } from './kit/bad-answers.js';
import { startBatch } from './kit/batch.js';
import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { rawServer, response } from './kit/server.js';
import { peakMemory, workerPids } from './kit/worker-pid.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const read = (name: string): string => readFileSync(folder.file(name), 'latin1');
const half = (socket: Socket): unknown => socket.write(ok({}, 'go'), () => socket.resetAndDestroy());

describe.skipIf(missing('root', 'linux', 'landlock6'))('a server that is odd', () => {
  it.each([
    ['a size', { size: 4 }],
    ['a sum', { sha256: createHash('sha256').update('good').digest('hex') }],
  ])('and ends its body with its connection is accepted if there is %s to compare with', async (_what, known) => {
    await using server = await rawServer((socket) => socket.end(ok({}, 'good')));
    await using cut = await rawServer(half);
    const sources = [`${cut.origin}/x`, `${server.origin}/x`];
    const outcome = await fetchOne({ sources, to: folder.file('x'), ...known });
    expect(errorOf(outcome)).toBeUndefined();
    // undici takes a reset for the end.
    expect(outcome.failures.map(({ code }) => code)).toEqual([expect.stringMatching(/^(?:truncated|checksum)$/)]);
    expect(read('x')).toBe('good');
  });

  it('and sends its answer byte by byte is understood', async () => {
    await using server = await rawServer((socket) => {
      const bytes = ok({ 'content-length': 4 }, 'good');
      socket.setNoDelay(true);
      let at = 0;
      const timer = setInterval(() => (at < bytes.length ? socket.write(bytes.charAt(at++)) : clearInterval(timer)), 2);
    });
    expect(errorOf(await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') }))).toBeUndefined();
    expect(read('x')).toBe('good');
  });

  it('and has blanks after its length is understood', async () => {
    await using server = await rawServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4   \r\n\r\ngood'),
    );
    expect(errorOf(await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') }))).toBeUndefined();
    expect(read('x')).toBe('good');
  });

  it('and has a NUL in its reason, which is not used, is understood', async () => {
    await using server = await rawServer((socket) =>
      socket.write('HTTP/1.1 200 O\0K\r\ncontent-length: 4\r\n\r\ngood'),
    );
    expect(errorOf(await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') }))).toBeUndefined();
  });

  it('and compresses without a request is not decompressed, so a bomb has no effect', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    await using server = await rawServer((socket) => {
      socket.write(ok({ 'content-encoding': 'gzip', 'content-length': bomb.length }));
      socket.write(bomb);
    });
    const request = { sources: [`${server.origin}/x`], to: folder.file('x'), maxBytes: bomb.length };
    expect(errorOf(await fetchOne(request))).toBeUndefined();
    expect(readFileSync(folder.file('x')).equals(bomb)).toBe(true);
  });

  it.each([
    ['an empty file', ok({ 'content-length': 0 })],
    ['a refusal', response('503 Busy', { 'content-length': 0 })],
    ['no content', response('204 No Content', {})],
  ])('and sends bytes behind %s holds up no other file', async (_what, answer) => {
    const good = ok({ 'content-length': 4 }, 'good');
    let requests = 0;
    await using server = await rawServer((socket) => socket.write(requests++ === 1 ? answer + good : good));
    await using fetcher = fetcherFor({ parallel: 1 });
    const outcomes = await fetcher.download(
      ['a', 'b', 'c', 'd'].map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) })),
    );
    expect(outcomes.map(errorOf).filter((error) => /did nothing/.test(error ?? ''))).toEqual([]);
    expect([errorOf(outcomes[0]), errorOf(outcomes[3]), read('d')]).toEqual([undefined, undefined, 'good']);
  });

  it('and answers twice at once cannot send the second answer to another request', async () => {
    let requests = 0;
    const twice = ok({ 'content-length': 4 }, 'good') + ok({ 'content-length': 4 }, 'evil');
    await using server = await rawServer((socket) =>
      socket.write(requests++ === 0 ? twice : ok({ 'content-length': 4 }, 'next')),
    );
    await using fetcher = fetcherFor({ parallel: 1 });
    const outcomes = await fetcher.download(
      ['a', 'b', 'c'].map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) })),
    );
    expect(outcomes.map(errorOf).slice(1)).toEqual([undefined, undefined]);
    expect([read('b'), read('c')]).toEqual(['next', 'next']);
  });
});

const flood = 50_000_000;

/** What a server may send for ever. */
const floods: Readonly<Record<string, (socket: Socket) => void>> = {
  headers: (socket) => endlessly(socket, 'a: b\r\n', 'HTTP/1.1 200 OK\r\n'),
  header: (socket) => endlessly(socket, 'x', 'HTTP/1.1 200 OK\r\na: '),
  hints: (socket) => endlessly(socket, 'HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n'),
  extension: (socket) => endlessly(socket, 'x', `${ok({ 'transfer-encoding': 'chunked' })}4;`),
  trailer: (socket) => endlessly(socket, 'a: b\r\n', `${ok({ 'transfer-encoding': 'chunked' })}0\r\n`),
  body: (socket) => endlessly(socket, 'x', ok({ 'content-length': flood })),
  bytes: (socket) => endlessly(socket, '1\r\nx\r\n', ok({ 'transfer-encoding': 'chunked' })),
  redirect: (socket) => endlessly(socket, 'x', response('302 Found', { location: '/redirect' })),
};

describe.skipIf(missing('root', 'linux', 'landlock6'))('a flood', () => {
  it('of any kind makes neither the parent nor the worker large', async () => {
    await using server = await rawServer((socket, head) => floods[/\/(\w+)/.exec(head)?.[1] ?? '']?.(socket));
    const names = Object.keys(floods);
    const requests = names.map((name) => ({
      sources: [`${server.origin}/${name}`],
      to: folder.file(name),
      maxBytes: name === 'body' ? flood : 100_000,
    }));
    const limits = { slowWindow: 3000, slowBytes: 1000 };
    const { child, outcomes } = startBatch({ requests, options: { parallel: 16, limits } });
    const peaks = { parent: 0, worker: 0 };
    const timer = setInterval(() => {
      peaks.parent = Math.max(peaks.parent, peakMemory(child.pid));
      for (const pid of workerPids(child.pid)) peaks.worker = Math.max(peaks.worker, peakMemory(pid));
    }, 20);
    const texts = await outcomes.finally(() => clearInterval(timer));
    expect(texts).toHaveLength(names.length);
    // An honest length is no attack, however large.
    expect(texts?.indexOf('done')).toBe(names.indexOf('body'));
    expect(peaks.worker).toBeGreaterThan(20);
    expect(peaks.parent).toBeLessThan(150);
    expect(peaks.worker).toBeLessThan(150);
  });
});
