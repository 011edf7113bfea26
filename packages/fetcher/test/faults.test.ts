import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

import { fewOrMany, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetcherFor } from './kit/fetch.js';
import { fileServer, lastModified, type RawServer, rawServer, response } from './kit/server.js';
import { eventually, workerPids } from './kit/worker-pid.js';

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(500);
const half = content.length / 2;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const sizeOf = (name: string): number => statSync(folder.file(name), { throwIfNoEntry: false })?.size ?? 0;

/** A server that sends the first half of its file and then waits, and the rest at once to who asks for a range. */
async function stallingServer(isForever: boolean): Promise<RawServer> {
  return await rawServer((socket, head) => {
    const always = { 'last-modified': lastModified.toUTCString() };
    const start = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
    const body = content.slice(start);
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    const status = start === 0 ? '200 OK' : '206 Partial Content';
    const headers = { ...always, ...(start === 0 ? {} : range), 'content-length': body.length };
    const isWhole = start > 0 && !isForever;
    socket.write(response(status, headers, isWhole ? body : body.slice(0, half / 2)));
  });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker that is killed', () => {
  it('is replaced, and its file resumed', async () => {
    await using server = await stallingServer(false);
    await using fetcher = fetcherFor();
    const download = fetcher.download([{ sources: [`${server.origin}/x`], to: folder.file('x') }]);
    await eventually('the first half', () => sizeOf('x.part') >= half / 2);
    expect(existsSync(folder.file('x'))).toBe(false);
    for (const pid of workerPids()) process.kill(pid, 'SIGKILL');
    expect(errorOf((await download)[0])).toBeUndefined();
    expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
    expect(server.requests[1]).toContain(`range: bytes=${half / 2}-`);
    expect(server.requests[1]).toContain(`if-range: ${lastModified.toUTCString()}`);
  });

  it('twice is a named failure, and leaves the received bytes', async () => {
    await using server = await stallingServer(true);
    await using fetcher = fetcherFor();
    const download = fetcher.download([{ sources: [`${server.origin}/x`], to: folder.file('x') }]);
    for (const bytes of [half / 2, half]) {
      await eventually(`${bytes} bytes`, () => sizeOf('x.part') >= bytes);
      for (const pid of workerPids()) process.kill(pid, 'SIGKILL');
    }
    expect(errorOf((await download)[0])).toBe('worker-died: the worker ended with SIGKILL');
    expect(readdirSync(folder.path)).toEqual(['x.part']);
    expect(statSync(folder.file('x.part'))).toMatchObject({ size: half, mtime: lastModified });
  });

  const moments = fewOrMany(5, 20);
  it(`at any of ${moments} moments of a batch loses nothing`, async () => {
    const names = Array.from({ length: 40 }, (_, index) => `file-${index}`);
    await using server = await fileServer(Object.fromEntries(names.map((name) => [`/${name}`, name + content])));
    for (let turn = 0; turn < moments; turn++) {
      await using fetcher = fetcherFor();
      const to = (name: string): string => folder.file(`${turn}-${name}`);
      const download = fetcher.download(names.map((name) => ({ sources: [`${server.origin}/${name}`], to: to(name) })));
      await eventually('a worker', () => workerPids().length > 0);
      await new Promise((resolve) => {
        setTimeout(resolve, 50 + Math.random() * 150);
      });
      for (const pid of workerPids()) process.kill(pid, 'SIGKILL');
      expect((await download).map(errorOf).filter((error) => error !== undefined)).toEqual([]);
      for (const name of names) expect(readFileSync(to(name), 'latin1')).toBe(name + content);
    }
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a download', () => {
  it('that is cancelled leaves the received bytes, and no process', async () => {
    await using server = await stallingServer(true);
    await using fetcher = fetcherFor();
    const controller = new AbortController();
    const { signal } = controller;
    const download = fetcher.download([{ sources: [`${server.origin}/x`], to: folder.file('x') }], { signal });
    await eventually('the first half', () => sizeOf('x.part') >= half / 2);
    controller.abort();
    expect(errorOf((await download)[0])).toBe('cancelled: the download was cancelled');
    expect(workerPids()).toEqual([]);
    expect(readdirSync(folder.path)).toEqual(['x.part']);
  });

  it('that is cancelled before its start asks no server', async () => {
    await using server = await fileServer({ '/x': content });
    await using fetcher = fetcherFor();
    const signal = AbortSignal.abort();
    const [outcome] = await fetcher.download([{ sources: [`${server.origin}/x`], to: folder.file('x') }], { signal });
    expect(errorOf(outcome)).toMatch(/^cancelled/);
    expect(server.requests).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('ends when its fetcher is disposed of', async () => {
    await using server = await stallingServer(true);
    const fetcher = fetcherFor();
    const download = fetcher.download([{ sources: [`${server.origin}/x`], to: folder.file('x') }]);
    await eventually('the first half', () => sizeOf('x.part') >= half / 2);
    await fetcher[Symbol.asyncDispose]();
    expect(workerPids()).toEqual([]);
    expect(errorOf((await download)[0])).toMatch(/^cancelled/);
  });

  it('of a file that another one is writing is refused, and disturbs nothing', async () => {
    await using server = await stallingServer(false);
    await using fetcher = fetcherFor();
    const requests = [{ sources: [`${server.origin}/x`], to: folder.file('x') }];
    const controller = new AbortController();
    const first = fetcher.download(requests, { signal: controller.signal });
    await eventually('the first half', () => sizeOf('x.part') >= half / 2);
    expect(errorOf((await fetcher.download(requests))[0])).toMatch(/^file: another process downloads to/);
    expect(sizeOf('x.part')).toBe(half / 2);
    controller.abort();
    await first;
    expect((await fetcher.download(requests)).map(errorOf)).toEqual([undefined]);
  });

  it('never starts where a required layer is missing', async () => {
    await using fetcher = fetcherFor({ user: 'no-such-user-here' });
    const request = { sources: ['http://127.0.0.1:1/x'], to: folder.file('x') };
    await expect(fetcher.download([request])).rejects.toMatchObject({ name: 'FetcherError', code: 'sandbox' });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
