/* How many files a worker begins when those that wait are asked of other servers as well. */
import { setTimeout } from 'node:timers/promises';

import { expect, it } from 'vitest';

import type { WorkerSignature } from '../src/channel/messages.js';
import { connectionsOf } from '../src/http/trusted-connections.js';
import { Abandonment } from '../src/worker/abandonment.js';
import { downloadFile } from '../src/worker/file.js';
import { Hosts } from '../src/worker/hosts.js';
import { Pace } from '../src/worker/pace.js';
import type { ParentChannel } from '../src/worker/parent-channel.js';
import { Starts } from '../src/worker/starts.js';
import type { Tools } from '../src/worker/tools.js';
import { Trust } from '../src/worker/trust.js';
import { defaultLimits } from '../src/values/limits.js';
import { type RawServer, rawServer, response } from './kit/server.js';

const good = response('200 OK', { 'content-length': 4 }, 'good');

/** What a worker of one connection to each host has. */
function worker() {
  const channel = { say: () => {}, send: () => undefined, drained: () => undefined, isBusy: false };
  const proxies = { http: null, https: null, except: [] };
  const onRoom = (): void => starts.wake();
  const tools = {
    work: { parallel: 1, limits: defaultLimits, ports: 'any', userAgent: 'test' },
    connections: connectionsOf({ connectTimeout: 5000, parallel: 1, proxies, onRoom }, undefined),
    hosts: new Hosts(0, []),
    pace: new Pace({ slowPercent: 10, isHeld: () => false }, 0, []),
    trust: new Trust(),
    verdicts: { isWrong: () => false },
    channel: channel as unknown as ParentChannel,
    abandonment: new Abandonment(),
    waiting: new Set<number>(),
  } as unknown as Tools;
  const starts = new Starts(tools);
  return { tools, starts };
}

/** Files of four bytes that each server has. */
const filesOf = (count: number, servers: readonly RawServer[], signature: WorkerSignature | null = null) =>
  Array.from({ length: count }, (_, file) => {
    const sources = servers.map(({ origin }) => `${origin}/${file}`);
    const rest = { mayLack: [], isAlone: false, spent: 0, opened: {}, maxBytes: 4, size: 4, isSummed: false };
    return [file, { ...rest, sources, resume: null, modifiedSince: null, signature }] as const;
  });

it('no more files are begun because those that wait are requested elsewhere, too', async () => {
  await using first = await rawServer((socket) => void (first.requests.length === 1 && socket.write(good)));
  // It answers once, when all others wait for it: then another file may be begun.
  let answer = (): void => {};
  await using other = await rawServer((socket) => {
    if (other.requests.length === 1) answer = () => void socket.write(good);
  });
  const { tools, starts } = worker();
  using _ = tools.pace;
  const files = filesOf(40, [first, other]);
  const begun = new Set<number>();
  const ended = starts.run(files, async (file, wanted) => {
    begun.add(file);
    await downloadFile(tools, file, wanted);
  });
  await expect.poll(() => other.requests.length, { timeout: 30_000 }).toBeGreaterThan(0);
  await setTimeout(500);
  answer();
  await expect.poll(() => other.requests.length).toBeGreaterThan(1);
  // Nothing shows that a file is never begun, so each is given time.
  await setTimeout(500);
  // Two have come.
  expect(begun.size).toBeLessThanOrEqual(10);
  for (const [file] of files) tools.abandonment.abandon(file);
  await ended;
});

it('a file whose signature waits for another file is one that waits', async () => {
  // Two answers at once: one after the other.
  let answer = (): void => {};
  await using server = await rawServer((socket, head) => {
    if (head.startsWith('GET /0.sig ')) answer = () => void socket.write(good + good);
    // Not at once: nothing is sent ahead to a near server.
    else if (!head.startsWith('GET /1 ')) void setTimeout(20).then(() => socket.write(good));
  });
  const { tools, starts } = worker();
  using _ = tools.pace;
  const signature = { suffix: '.sig', maxBytes: 4, optional: false, modifiedSince: null, opened: {} };
  const ended = starts.run(filesOf(2, [server], signature), async (file, wanted) => {
    await downloadFile(tools, file, wanted);
  });
  await expect.poll(() => server.requests.map((head) => head.split(' ')[1])).toEqual(['/0', '/1', '/0.sig']);
  expect([...tools.waiting]).toEqual([0]);
  answer();
  await ended;
  expect([...tools.waiting]).toEqual([]);
});

it('a file waits for the first one of its host, unless no other host has it', async () => {
  await using first = await rawServer((socket) => void socket.write(good));
  await using other = await rawServer((socket) => void socket.write(good));
  const { tools } = worker();
  using _ = tools.pace;
  const awaited: string[] = [];
  tools.trust.turn = async ({ origin }) => void awaited.push(origin);
  const download = async (servers: readonly RawServer[]): Promise<void> => {
    for (const [file, wanted] of filesOf(1, servers)) await downloadFile(tools, file, { ...wanted, isSummed: true });
  };
  await download([first]);
  expect([awaited, first.requests.length]).toEqual([[], 1]);
  await download([first, other]);
  expect(awaited).toEqual([first.origin]);
});
