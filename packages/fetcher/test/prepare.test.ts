/* A worker that is started before its work is known. */
import { readdirSync, readFileSync } from 'node:fs';

import { compileFixture, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Fetcher, FetcherOptions } from '../src/request/options.js';
import { errorOf, fetcherFor } from './kit/fetch.js';
import { type RawServer, rawServer, response } from './kit/server.js';
import { eventually, isAlive, workerPids } from './kit/worker-pid.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** A server that looks which workers are there when it is asked. */
interface Watching extends RawServer {
  readonly seen: readonly (readonly number[])[];
}

async function watchingServer(): Promise<Watching> {
  const seen: (readonly number[])[] = [];
  const server = await rawServer((socket) => {
    seen.push(workerPids());
    socket.write(response('200 OK', { 'content-length': 5 }) + 'whole');
  });
  return { ...server, seen };
}

/** The worker that {@link Fetcher.prepare} starts. */
async function prepared(fetcher: Fetcher, sources: readonly string[]): Promise<number> {
  const others = workerPids();
  const own = () => workerPids().filter((pid) => !others.includes(pid));
  fetcher.prepare(sources);
  await eventually('a worker', () => own().length > 0);
  const pids = own();
  expect(pids).toHaveLength(1);
  return pids[0] ?? 0;
}

const fetch = async (fetcher: Fetcher, source: string) =>
  errorOf((await fetcher.download([{ sources: [source], to: folder.file('x') }]))[0]);

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker that is started early', () => {
  it('downloads what comes next, under every layer, and only that', async () => {
    await using server = await watchingServer();
    await using fetcher = fetcherFor();
    const pid = await prepared(fetcher, [`${server.origin}/`]);
    // A second call starts no second one.
    fetcher.prepare([`${server.origin}/`]);
    expect(await fetch(fetcher, `${server.origin}/x`)).toBeUndefined();
    expect(readFileSync(folder.file('x'), 'latin1')).toBe('whole');
    expect(fetcher.enforcement?.status).toBe('full');
    expect(fetcher.enforcement?.verified).toMatchObject({ noNewPrivs: true, seccomp: 2, capBnd: [] });
    expect(isAlive(pid)).toBe(false);
    expect(await fetch(fetcher, `${server.origin}/x`)).toBeUndefined();
    expect(server.seen.map((pids) => pids.includes(pid))).toEqual([true, false]);
    expect(server.seen.map((pids) => pids.length)).toEqual([1, 1]);
  });

  it.each<[what: string, early: (server: string) => readonly string[], options: FetcherOptions]>([
    ['other ports', (server) => [server, 'http://127.0.0.1:9/'], {}],
    ['fewer ports', () => ['http://127.0.0.1:9/'], {}],
    ['a port of a redirect that the work does not need', (server) => [server, 'http://127.0.0.1/'], {}],
  ])('is ended, and another one downloads, if it was given %s', async (_what, early, options) => {
    await using server = await watchingServer();
    await using fetcher = fetcherFor(options);
    const pid = await prepared(fetcher, early(server.origin));
    expect(await fetch(fetcher, `${server.origin}/x`)).toBeUndefined();
    await eventually('its end', () => !isAlive(pid));
    // The request comes from another one.
    expect(server.seen.flat().filter((other) => other !== pid)).toHaveLength(1);
    expect(fetcher.enforcement?.status).toBe('full');
  });

  it('is not used if it was killed meanwhile', async () => {
    await using server = await watchingServer();
    await using fetcher = fetcherFor();
    const pid = await prepared(fetcher, [server.origin]);
    process.kill(pid, 'SIGKILL');
    await eventually('its end', () => !workerPids().includes(pid));
    expect(await fetch(fetcher, `${server.origin}/x`)).toBeUndefined();
    expect(server.seen).toHaveLength(1);
  });

  it('is ended for a report before it has work, which does not count', async () => {
    await using fetcher = fetcherFor({}, compileFixture(new URL('fixtures/speaks-early.ts', import.meta.url)));
    const pid = await prepared(fetcher, ['http://127.0.0.1:9/']);
    await eventually('its end', () => !isAlive(pid));
    // The next one says the same, at the start of its work or before.
    expect(await fetch(fetcher, 'http://127.0.0.1:9/x')).toMatch(/^worker-lied: the worker was killed: it /);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('leaves nothing if no download follows', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    const fetcher = fetcherFor();
    const pid = await prepared(fetcher, ['http://127.0.0.1:9/']);
    await fetcher[Symbol.asyncDispose]();
    expect([isAlive(pid), open()]).toEqual([false, before]);
    // Nor is one started afterwards.
    fetcher.prepare(['http://127.0.0.1:9/']);
    expect(workerPids()).toEqual([]);
  });

  it('is not started for `file:` sources alone, and if it cannot be started the download says so', async () => {
    await using fetcher = fetcherFor();
    fetcher.prepare(['file:///etc/hosts']);
    fetcher.prepare([]);
    expect(workerPids()).toEqual([]);
    await using other = fetcherFor({}, folder.file('none'));
    other.prepare(['http://127.0.0.1:9/']);
    await expect(fetch(other, 'http://127.0.0.1:9/x')).rejects.toThrow("can't be opened");
  });

  it('is refused for what is not a source', async () => {
    await using fetcher = fetcherFor();
    expect(() => fetcher.prepare(['ftp://h/'])).toThrow('sources[0]');
    expect(() => fetcher.prepare(undefined as unknown as string[])).toThrow('sources');
  });
});
