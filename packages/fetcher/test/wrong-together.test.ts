/* Servers that make a file wrong together with others, so that nobody knows whose bytes are wrong. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../src/request/options.js';
import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { lastModified, type RawServer, rawServer, response } from './kit/server.js';

const size = 2_000_000;
const right = Buffer.alloc(size, 'right');
const wrong = Buffer.alloc(size, 'wrong');
const sumOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** How a server sends what is left of its file. */
type Sending = (socket: Socket, rest: Buffer) => unknown;

interface Sender extends RawServer {
  /** Bytes of bodies that it has sent. */
  readonly sent: () => number;
}

/** A server with ranges. */
async function sender(content: Buffer, send: Sending): Promise<Sender> {
  let sent = 0;
  const server = await rawServer((socket, head) => {
    const start = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
    const said = { 'last-modified': lastModified.toUTCString(), 'content-length': content.length - start };
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    socket.write(response(start === 0 ? '200 OK' : '206 Part', start === 0 ? said : { ...said, ...range }));
    const before = socket.bytesWritten;
    socket.once('close', () => (sent += socket.bytesWritten - before));
    return send(socket, content.subarray(start));
  });
  return { ...server, sent: () => sent };
}

const atOnce: Sending = (socket, rest) => socket.write(rest);

/** Bytes a second. */
const atRate =
  (rate: number): Sending =>
  async (socket, rest) => {
    for (let at = 0; at < rest.length && !socket.destroyed; at += rate / 20) {
      socket.write(rest.subarray(at, at + rate / 20));
      await sleep(50);
    }
  };

/** Stands still in the middle, until another server is asked as well. */
const withPause =
  (until: () => Promise<unknown>): Sending =>
  async (socket, rest) => {
    socket.write(rest.subarray(0, rest.length / 2));
    await until();
    socket.write(rest.subarray(rest.length / 2));
  };

/** Two that send a file together: the first has its pause until the second has sent a little, and is done before it. */
function together(rate: number): { readonly first: Sending; readonly second: Sending } {
  let poke = (): void => {};
  const asked = async (): Promise<unknown> =>
    await Promise.race([new Promise<void>((resolve) => (poke = resolve)), sleep(3000)]);
  const second: Sending = async (socket, rest) => {
    socket.write(rest.subarray(0, 20_000));
    await sleep(20);
    poke();
    await sleep(100);
    await atRate(rate)(socket, rest.subarray(20_000));
  };
  return { first: withPause(asked), second };
}

/** Long enough for another one to be asked, and too short for that one to be done. */
const aMoment = async (): Promise<unknown> => await sleep(1300);

async function fetched(servers: readonly Sender[], content = right): Promise<Outcome> {
  const sources = servers.map(({ origin }) => `${origin}/x`);
  const request = { sources, to: folder.file('x'), size: content.length, sha256: sumOf(content) };
  // Where it never ends, this ends it.
  return await fetchOne(request, { signal: AbortSignal.timeout(30_000) });
}

const codes = (outcome: Outcome): readonly string[] => outcome.failures.map(({ code, host }) => `${code} ${host}`);

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file that is wrong, of several servers', () => {
  it('comes from the third if two bad ones send it together', async () => {
    const both = together(1_000_000);
    await using first = await sender(wrong, both.first);
    await using second = await sender(wrong, both.second);
    await using third = await sender(right, atOnce);
    const outcome = await fetched([first, second, third]);
    expect(outcome).toMatchObject({ status: 'done', source: `${third.origin}/x` });
    expect(readFileSync(folder.file('x')).equals(right)).toBe(true);
    // One of them may be too slow for another try.
    const said = codes(outcome).filter((text) => text.startsWith('checksum'));
    expect(new Set(said).size).toBe(said.length);
    expect(said).toContain('checksum undefined');
    expect(said).not.toContain(`checksum ${third.host}`);
    // Once together, and once more each; a slow one is asked a second time at the end.
    for (const { requests } of [first, second, third]) expect(requests.length).toBeLessThanOrEqual(3);
    expect(first.sent() + second.sent() + third.sent()).toBeLessThan(size * 6);
  }, 40_000);

  it('comes from a slow second one if a bad first one stops and then overtakes it', async () => {
    const large = Buffer.alloc(4 * size, 'right');
    await using first = await sender(Buffer.alloc(large.length, 'wrong'), withPause(aMoment));
    await using second = await sender(large, atRate(1_000_000));
    const outcome = await fetched([first, second], large);
    expect(outcome).toMatchObject({ status: 'done', source: `${second.origin}/x` });
    expect(readFileSync(folder.file('x')).equals(large)).toBe(true);
    expect(codes(outcome)).toContain('checksum undefined');
    for (const { requests } of [first, second]) expect(requests.length).toBeLessThanOrEqual(3);
    expect(first.sent() + second.sent()).toBeLessThan(large.length * 5);
  }, 60_000);

  it('comes from the second if the first corrupts it and then sends almost nothing', async () => {
    let times = 0;
    const both = together(500_000);
    await using first = await sender(wrong, async (socket, rest) => {
      if (times++ === 0) await both.first(socket, rest);
      else await atRate(100)(socket, rest);
    });
    await using second = await sender(right, both.second);
    const outcome = await fetched([first, second]);
    expect(outcome).toMatchObject({ status: 'done', source: `${second.origin}/x` });
    expect(readFileSync(folder.file('x')).equals(right)).toBe(true);
    // The control: it was asked a second time, and had a chance.
    expect(times).toBe(2);
  }, 40_000);

  it('fails if no server has the right file, after each has sent it alone', async () => {
    await using first = await sender(wrong, withPause(aMoment));
    await using second = await sender(wrong, atRate(500_000));
    const outcome = await fetched([first, second]);
    expect(errorOf(outcome)).toMatch(/^checksum: 127/);
    expect(codes(outcome).filter((text) => text.startsWith('checksum'))).toHaveLength(3);
    for (const { requests } of [first, second]) expect(requests.length).toBeLessThanOrEqual(3);
  }, 40_000);

  it('has one time limit over all its workers', async () => {
    let [requests, again, over] = [0, 0, 0];
    // What the second worker asks for would take a minute.
    const oncePerWorker =
      (before: Sending): Sending =>
      async (socket, rest) => {
        if (requests++ < 2) return await before(socket, rest);
        again ||= performance.now();
        socket.once('close', () => (over = performance.now()));
        return await atRate(20_000)(socket, rest);
      };
    await using first = await sender(wrong, oncePerWorker(withPause(aMoment)));
    await using second = await sender(right, oncePerWorker(atRate(600_000)));
    await using fetcher = fetcherFor({ limits: { timeout: 6000 } });
    const sources = [first, second].map(({ origin }) => `${origin}/x`);
    const [outcome] = await fetcher.download([{ sources, to: folder.file('x'), size, sha256: sumOf(right) }]);
    expect(errorOf(outcome)).toMatch(/^timeout: The file took longer than 6 seconds/);
    // The first worker has taken more than a second. The control: there was a second one.
    expect(over - again).toBeGreaterThan(0);
    expect(over - again).toBeLessThan(5500);
  }, 40_000);
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('an abandoned server', () => {
  it('may start again, and its worker is not called a liar', async () => {
    const said = { 'last-modified': lastModified.toUTCString(), 'content-length': size };
    let times = 0;
    // Confirms no condition but its own time, so that what the other one has begun counts for nothing.
    await using honest = await rawServer(async (socket, head) => {
      socket.write(response('200 OK', said));
      if (!head.startsWith('GET /x ') || times++ > 0) {
        socket.write(right);
        return;
      }
      socket.write(right.subarray(0, 500_000));
      await sleep(2500);
      socket.write(right.subarray(500_000));
    });
    await using odd = await rawServer(async (socket) => {
      const other = new Date(lastModified.getTime() + 86_400_000).toUTCString();
      socket.write(response('200 OK', { 'last-modified': other, 'content-length': size + 7 }, 'evil '.repeat(1000)));
      await sleep(100);
      socket.destroy();
    });
    await using fetcher = fetcherFor();
    const outcomes = await fetcher.download([
      { sources: [`${honest.origin}/x`, `${odd.origin}/x`], to: folder.file('x'), maxBytes: 1e8 },
      { sources: [`${honest.origin}/y`], to: folder.file('y'), maxBytes: 1e8 },
    ]);
    expect(outcomes.map((outcome) => errorOf(outcome) ?? outcome.status)).toEqual(['done', 'done']);
    for (const name of ['x', 'y']) expect(readFileSync(folder.file(name)).equals(right)).toBe(true);
    // The control: it was let go of, and asked again.
    expect(times).toBe(2);
    expect(odd.requests).toHaveLength(1);
  }, 30_000);
});
