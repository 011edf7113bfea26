/* Requests that are sent before the answers to others have ended, against servers of every kind. */
import type { Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { Stop } from '../src/values/stop.js';
import { answerTo, type LaneKit, laneTo, nameOf, names, seen } from './kit/lane.js';
import { type Answer, response } from './kit/server.js';

const kits: LaneKit[] = [];
afterEach(async () => {
  for (const kit of kits.splice(0)) await kit[Symbol.asyncDispose]();
});

async function lane(answer: Answer, near = 0): Promise<LaneKit> {
  const kit = await laneTo(answer, near);
  kits.push(kit);
  return kit;
}

/** A server that answers the first request, and each other one when it has seen as many as it waits for. */
function afterMany(count: number): Answer {
  const held: { socket: Socket; head: string }[] = [];
  return (socket, head) => {
    held.push({ socket, head });
    if (held.length === 1) socket.write(answerTo(head));
    if (held.length === count) for (const one of held.slice(1)) one.socket.write(answerTo(one.head));
    if (held.length > count) socket.write(answerTo(head));
  };
}

describe('a connection', () => {
  it('takes requests before its answers have ended, once it has answered one', async () => {
    const { server, get, turns, lanes } = await lane(afterMany(4));
    expect(lanes.hasRoom).toBe(false);
    const first = get('a');
    expect(lanes.hasRoom).toBe(false);
    expect(await first).toBe('200 a...');
    expect(lanes.hasRoom).toBe(true);
    // The server answers none of them before it has seen all.
    expect(await Promise.all(['b', 'c', 'd'].map((name) => get(name)))).toEqual(names('b', 'c', 'd'));
    expect(seen(server)).toEqual(['a', 'b', 'c', 'd']);
    expect(server.connections()).toBe(1);
    expect(turns).toEqual(['c waits', 'd waits', 'c begins', 'd begins']);
  });

  it('takes none while many bytes are missing, or nobody knows how many', async () => {
    for (const bytes of [512 * 1024 + 1, Infinity]) {
      let end = (): void => {};
      const { server, get, lanes } = await lane((socket, head) => {
        if (nameOf(head) === 'big') end = () => void socket.write(answerTo(head));
        else socket.write(answerTo(head));
      });
      await get('a');
      const big = get('big', { bytes });
      const next = get('b');
      await expect.poll(() => seen(server)).toEqual(['a', 'big']);
      expect(lanes.hasRoom).toBe(false);
      end();
      expect(await Promise.all([big, next])).toEqual(names('big', 'b'));
    }
  });

  it('takes one request at a time if the server is near', async () => {
    const answer: Answer = (socket, head) => setTimeout(() => socket.write(answerTo(head)), 5);
    const minute = 60_000;
    for (const [near, isAhead] of [
      [1, true],
      [minute, false],
    ] as const) {
      const { get, lanes, turns } = await lane(answer, near);
      await get('a');
      expect([near, lanes.hasRoom]).toEqual([near, isAhead]);
      expect(await Promise.all(['b', 'c'].map((name) => get(name)))).toEqual(names('b', 'c'));
      expect(turns).toEqual(['c waits', 'c begins']);
    }
  });

  it('is not closed for the first request when one that waits is ended', async () => {
    const { server, get } = await lane(afterMany(5));
    await get('a');
    const stop = new Stop();
    const [b, c, d] = [get('b'), get('c', { stop }), get('d')];
    await expect.poll(() => seen(server)).toEqual(['a', 'b', 'c', 'd']);
    stop.stop(new Error('not needed'));
    expect(await c).toBe('Error: not needed');
    const e = get('e');
    expect(await Promise.all([b, d, e])).toEqual(names('b', 'd', 'e'));
    // The answer to c came before its turn could end it, or the two behind it were sent again.
    expect(seen(server).filter((name) => name === 'b')).toEqual(['b']);
  });

  it.each<[string, (socket: Socket) => unknown]>([
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])('that the server %s while requests wait fails none, and takes none ahead soon', async (_way, close) => {
    const counts = new WeakMap<Socket, number>();
    let most = 0;
    const { server, get, lanes } = await lane((socket, head) => {
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      most = Math.max(most, count);
      // The third is lost with all behind it.
      if (count < 3) socket.write(answerTo(head));
      if (count === 3) close(socket);
    });
    const all = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const results: string[] = [];
    for (const name of all) results.push(await get(name).then((text) => (text.startsWith('200') ? text : get(name))));
    expect(results).toEqual(names(...all));
    expect(most).toBe(3);
    await Promise.all(all.map((name) => get(name)));
    expect(lanes.hasRoom).toBe(false);
    expect(server.connections()).toBeGreaterThan(3);
  });

  it.each<[string, Answer]>([
    ['loses them', (socket, head) => void (nameOf(head) === 'b' && setImmediate(() => socket.write(answerTo(head))))],
    ['refuses them', (socket, head) => void socket.write(nameOf(head) === 'b' ? answerTo(head) : refusal)],
  ])('of a server that %s repeats them one by one', async (_what, answer) => {
    let hasAhead = false;
    const { server, get, lanes } = await lane((socket, head) => {
      hasAhead ||= seen(server).length >= 4;
      // The first connection is that of a server that reads one request at a time.
      if (server.connections() > 1 || nameOf(head) === 'a') socket.write(answerTo(head));
      else answer(socket, head);
    });
    await get('a');
    expect(await Promise.all(['b', 'c', 'd'].map((name) => get(name)))).toEqual(names('b', 'c', 'd'));
    expect(hasAhead).toBe(true);
    expect(lanes.hasRoom).toBe(false);
  });
});

const refusal = response('503 Service Unavailable', { 'content-length': 4 }, 'busy');
