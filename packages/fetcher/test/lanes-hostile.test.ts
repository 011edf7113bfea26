/* Requests that were sent ahead, to servers that make it cost as much as they can. */
import type { Socket } from 'node:net';

import { fewOrMany } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { Stop } from '../src/values/stop.js';
import { answerTo, laneTo, nameOf, names, seen } from './kit/lane.js';
import { response } from './kit/server.js';

describe('a server', () => {
  it('that says that it closes each connection gets one request over each', async () => {
    const counts = new WeakMap<Socket, number>();
    let most = 0;
    await using kit = await laneTo((socket, head) => {
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      most = Math.max(most, count);
      // What follows in the same packet has come when this is sent.
      if (count === 1) setImmediate(() => socket.end(answerTo(head, { connection: 'close' })));
    });
    expect(await kit.get('a')).toBe('200 a...');
    const all = ['b', 'c', 'd', 'e', 'f'];
    expect(await Promise.all(all.map((name) => kit.get(name)))).toEqual(names(...all));
    expect(most).toBe(1);
  });

  it('that loses what was sent ahead loses it once', async () => {
    const counts = new WeakMap<Socket, number>();
    let lost = 0;
    await using kit = await laneTo((socket, head) => {
      const isFirst = nameOf(head) === 'a';
      const count = (counts.get(socket) ?? 0) + Number(!isFirst);
      counts.set(socket, count);
      // It reads one request at a time, and forgets what else it has read.
      if (isFirst) socket.write(answerTo(head));
      else if (count > 1) lost += 1;
      else
        setTimeout(() => {
          counts.set(socket, 0);
          socket.write(answerTo(head));
        }, 50);
    });
    await kit.get('a');
    const all = ['b', 'c', 'd', 'e', 'f', 'g'];
    expect(await Promise.all(all.map((name) => kit.get(name)))).toEqual(names(...all));
    // All that were sent at once, and nothing after that.
    expect(lost).toBeLessThanOrEqual(5);
  });

  it('that sends too many bytes fails no file behind those', async () => {
    await using kit = await laneTo((socket, head) => {
      socket.write(answerTo(head) + (nameOf(head) === 'b' ? 'too many' : ''));
    });
    await kit.get('a');
    expect(await Promise.all(['b', 'c', 'd'].map((name) => kit.get(name)))).toEqual(names('b', 'c', 'd'));
  });

  it('that sends early hints before it refuses is asked again', async () => {
    let refused = 0;
    await using kit = await laneTo((socket, head) => {
      if (['a', 'b'].includes(nameOf(head)) || refused > 0) return void socket.write(answerTo(head));
      refused += 1;
      socket.write(response('103 Early Hints', {}) + response('503 Busy', { 'content-length': 0 }));
    });
    await kit.get('a');
    expect(await Promise.all(['b', 'c'].map((name) => kit.get(name)))).toEqual(names('b', 'c'));
  });

  it('that refuses what was sent ahead on one connection fails no file on another', async () => {
    const held = new Map<Socket, string[]>();
    let isRefused = false;
    const give = (socket: Socket): void => {
      socket.write(
        (held.get(socket) ?? [])
          .splice(0)
          .map((head) => answerTo(head))
          .join(''),
      );
    };
    const answer = (socket: Socket, head: string): void => {
      const heads = held.get(socket) ?? [];
      held.set(socket, [...heads, head]);
      // The first one on each connection, and all after the refusal.
      if (['a', 'b'].includes(nameOf(head)) || isRefused) return give(socket);
      if ([...held.values()].flat().length < 6) return;
      isRefused = true;
      const others = [...held.keys()].filter((other) => other !== socket);
      // Then the answers on the other connection come together.
      socket.once('close', () => others.forEach(give));
      const [first = ''] = held.get(socket)?.splice(0) ?? [];
      socket.write(answerTo(first) + response('503 Busy', { 'content-length': 0 }));
    };
    await using kit = await laneTo(answer, 0, 2);
    await Promise.all(['a', 'b'].map((name) => kit.get(name)));
    const all = ['c', 'd', 'e', 'f', 'g', 'h'];
    expect(await Promise.all(all.map((name) => kit.get(name)))).toEqual(names(...all));
  });
});

describe('a connection that ends after any byte', () => {
  it.each<[string, (socket: Socket) => unknown]>([
    ['is closed', (socket) => socket.end()],
    ['is reset', (socket) => socket.resetAndDestroy()],
  ])('and %s costs one file at most, and mixes none up', { timeout: 300_000 }, async (_how, close) => {
    const all = ['b', 'c', 'd'];
    const length = all.map((name) => answerTo(`GET /${name} HTTP`)).join('').length;
    for (let cut = fewOrMany(7, 0); cut < length; cut += fewOrMany(13, 1)) {
      let first: Socket | undefined;
      await using kit = await laneTo((socket, head) => {
        first ??= socket;
        if (socket !== first || nameOf(head) === 'a') return void socket.write(answerTo(head));
        if (seen(kit.server).length < 4) return;
        const answers = all.map((name) => answerTo(`GET /${name} HTTP`)).join('');
        socket.write(answers.slice(0, cut), () => close(socket));
      });
      await kit.get('a');
      const results = await Promise.all(all.map((name) => kit.get(name)));
      const right = names(...all);
      const failed = results.filter((result, index) => result !== right[index]);
      expect([cut, failed.filter((result) => result.startsWith('200'))]).toEqual([cut, []]);
      expect([cut, failed.length <= 1]).toEqual([cut, true]);
      expect(await kit.get('e')).toBe('200 e...');
    }
  });
});

describe('a request that no connection can take yet', () => {
  it('ends at once, and is never sent', async () => {
    let end = (): void => {};
    await using kit = await laneTo((socket, head) => {
      if (nameOf(head) === 'a') end = () => void socket.write(answerTo(head));
      else socket.write(answerTo(head));
    });
    const a = kit.get('a');
    const stop = new Stop();
    const b = kit.get('b', { stop });
    const c = kit.get('c');
    stop.stop(new Error('not needed'));
    expect(await b).toBe('Error: not needed');
    await expect.poll(() => seen(kit.server)).toEqual(['a']);
    end();
    expect(await Promise.all([a, c])).toEqual(names('a', 'c'));
    expect(seen(kit.server)).toEqual(['a', 'c']);
    expect(kit.turns).toEqual(['b waits', 'c waits', 'c begins']);
  });
});
