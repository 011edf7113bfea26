import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetcherFor } from './kit/fetch.js';
import { type RawServer, rawServer, response } from './kit/server.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const answer = response('200 OK', { 'content-length': 4 }, 'good');

/** A server that answers the first requests of a connection, and closes it instead of answering the next one. */
async function closingServer(answered: number, close: (socket: Socket) => void): Promise<RawServer> {
  const counts = new WeakMap<Socket, number>();
  return await rawServer((socket) => {
    const count = (counts.get(socket) ?? 0) + 1;
    counts.set(socket, count);
    if (count > answered) close(socket);
    else socket.write(answer);
  });
}

const ways: readonly (readonly [way: string, close: (socket: Socket) => void])[] = [
  ['closes', (socket) => void socket.end()],
  ['resets', (socket) => void socket.resetAndDestroy()],
];

const filesOf = ({ origin }: RawServer, count: number, known: { readonly size?: number } = {}) =>
  Array.from({ length: count }, (_, index) => ({
    sources: [`${origin}/${index}`],
    to: folder.file(`x${index}`),
    ...known,
  }));

describe.skipIf(missing('root', 'linux', 'landlock6'))('a connection', () => {
  it.each(ways)('that was kept, and that the server %s, fails no file', async (_way, close) => {
    await using server = await closingServer(1, close);
    await using fetcher = fetcherFor();
    const requests = filesOf(server, 30);
    expect((await fetcher.download(requests)).map(errorOf)).toEqual(requests.map(() => undefined));
    // Those of the others were answered at once, and each that was asked again had a connection of its own.
    expect(server.requests.length).toBeGreaterThan(30);
  });

  it.each(ways)('that the server %s without an answer is tried twice, and counts once', async (_way, close) => {
    await using server = await closingServer(0, close);
    await using other = await closingServer(Infinity, close);
    await using fetcher = fetcherFor({ parallel: 1, limits: { hostErrors: 2 } });
    const requests = filesOf(server, 3).map(({ sources, to }) => ({ sources: [...sources, `${other.origin}/x`], to }));
    const outcomes = await fetcher.download(requests);
    expect(outcomes.map(errorOf)).toEqual(requests.map(() => undefined));
    const [first, second, third] = outcomes.map(({ failures }) => failures.map(({ message }) => message));
    expect(first).toEqual([expect.stringMatching(/closed the connection early/)]);
    expect(second).toEqual(first);
    // Two errors are too many here: the third file doesn't ask any more.
    expect(third).toEqual([]);
    expect(server.requests).toHaveLength(4);
    expect(server.connections()).toBe(4);
  });

  it('that breaks in the body is not retried: the next attempt resumes there', async () => {
    await using server = await rawServer((socket) => void socket.end(answer.slice(0, -1)));
    await using fetcher = fetcherFor();
    const outcomes = (await fetcher.download(filesOf(server, 1))).map(errorOf);
    expect(outcomes).toEqual([expect.stringMatching(/^truncated: /)]);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['takes the next files before an answer has ended, if their sizes are known', 4, ['0', '1', '2', '3', '4', '5']],
    ['takes one file after the other, if their sizes are not known', undefined, ['0', '1']],
  ])('%s', async (_what, size, seen) => {
    // The second answer comes only once the requests for all files are there, or after a while.
    const held: Socket[] = [];
    const release = (): void => {
      for (const socket of held.splice(0)) socket.write(answer);
    };
    await using server = await rawServer((socket) => {
      // Not at once: nothing is sent ahead to a near server.
      if (server.requests.length === 1) void setTimeout(20).then(() => socket.write(answer));
      else held.push(socket);
      if (server.requests.length >= 6) release();
    });
    await using fetcher = fetcherFor({ parallel: 1 });
    const requests = filesOf(server, 6, size === undefined ? {} : { size });
    const outcomes = fetcher.download(requests);
    const paths = () => server.requests.map((head) => head.slice('GET /'.length, head.indexOf(' HTTP')));
    await expect.poll(paths).toEqual(seen);
    if (size === undefined) {
      // Nothing shows that a request never comes, so each is given time.
      await setTimeout(200);
      expect(paths()).toEqual(seen);
    }
    const answering = setInterval(release, 10);
    expect((await outcomes).map(errorOf)).toEqual(requests.map(() => undefined));
    clearInterval(answering);
    expect(server.connections()).toBe(1);
  });
});
