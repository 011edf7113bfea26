/* Servers that can't be asked for two files over one connection: they cost no file. */
import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { OneAfterAnother } from '../src/one-file/one-after-another.js';
import { defaultLimits } from '../src/values/limits.js';
import { type RawServer, rawServer, response } from './kit/server.js';

const answer = response('200 OK', { 'content-length': 4 }, 'good');

/** A server that answers the first request of each connection, and does something else for the others. */
async function serverOf(later: (socket: Socket) => void): Promise<RawServer> {
  const asked = new WeakSet<Socket>();
  return await rawServer((socket) => {
    if (asked.has(socket)) later(socket);
    else socket.write(answer);
    asked.add(socket);
  });
}

/** What comes of some files, in one process. */
async function download({ origin }: RawServer, count: number, limits = defaultLimits): Promise<readonly string[]> {
  const proxies = { http: null, https: null, except: [] };
  const files = new OneAfterAnother({ url: new URL(origin), limits, proxies, userAgent: 'test' });
  const results: string[] = [];
  for (let number = 0; number < count; number++) {
    let text = '';
    const sink = {
      position: 0,
      begin: () => {},
      start: () => {},
      write: (chunk: Uint8Array): undefined => {
        text += Buffer.from(chunk).toString('latin1');
        sink.position += chunk.length;
      },
    };
    const failure = await files.download(new URL(`${origin}/${number}`), 1000, sink);
    results.push(failure === undefined ? text : `${failure.kind}: ${failure.message}`);
    // A connection is free a turn after its body has ended.
    await new Promise(setImmediate);
  }
  return results;
}

const all = (count: number): readonly string[] => Array.from({ length: count }, () => 'good');

// They wait for clocks, most of their time.
describe('files one after the other', { concurrent: true }, () => {
  it('come over one connection if the server keeps it', async () => {
    await using server = await rawServer((socket) => socket.write(answer));
    expect(await download(server, 5)).toEqual(all(5));
    expect(server.connections()).toBe(1);
  });

  it('are requested once if a cache must fetch the second one itself', async () => {
    await using server = await serverOf((socket) => void setTimeout(() => socket.write(answer), 5000));
    expect(await download(server, 2)).toEqual(all(2));
    expect(server.connections()).toBe(1);
  });

  it.each([
    ['sends bytes that belong to no answer', (socket: Socket) => void socket.write('\r\ngarbage\r\n')],
    ['closes it', (socket: Socket) => void socket.end()],
    ['never answers again', () => {}],
  ])('come over one connection each if the server %s', async (_what, later) => {
    await using server = await serverOf(later);
    expect(await download(server, 5)).toEqual(all(5));
  });

  it.each([
    ['', defaultLimits],
    [', also where no server is too slow', { ...defaultLimits, slowBytes: 0 }],
  ])('wait once for an answer that never comes, and not for each of them%s', async (_when, limits) => {
    await using server = await serverOf(() => {});
    expect(await download(server, 5, limits)).toEqual(all(5));
    // The second one, twice.
    expect(server.requests.map((head) => head.split(' ')[1])).toEqual(['/0', '/1', '/1', '/2', '/3', '/4']);
  });

  it('are not requested again after an answer has started, nor after a server has answered', async () => {
    const half = response('200 OK', { 'content-length': 4 }, 'go');
    await using broken = await serverOf((socket) => void socket.end(half));
    expect(await download(broken, 2)).toEqual(['good', expect.stringMatching(/^truncated: /)]);
    expect(broken.requests).toHaveLength(2);
    await using without = await serverOf((socket) => socket.write(response('404 Not Found', { 'content-length': 0 })));
    expect(await download(without, 2)).toEqual(['good', expect.stringMatching(/^http: .*404/)]);
    expect(without.requests).toHaveLength(2);
  });

  it('fail as they would alone if a server does not answer any more', async () => {
    let answered = 0;
    await using server = await rawServer((socket) => void (answered++ === 0 ? socket.write(answer) : socket.destroy()));
    const [first, ...others] = await download(server, 3);
    expect(first).toBe('good');
    for (const other of others) expect(other).toMatch(/^truncated: .* closed the connection early/);
  });
});
