/* How many files a worker begins when those that wait are asked of other servers as well. */
import { setTimeout } from 'node:timers/promises';

import { expect, it } from 'vitest';

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
import { rawServer, response } from './kit/server.js';

it('no more files are begun because those that wait are requested elsewhere, too', async () => {
  const good = response('200 OK', { 'content-length': 4 }, 'good');
  await using first = await rawServer((socket) => void (first.requests.length === 1 && socket.write(good)));
  // It answers once, when all others wait for it: then another file may be begun.
  let answer = (): void => {};
  await using other = await rawServer((socket) => {
    if (other.requests.length === 1) answer = () => void socket.write(good);
  });
  const channel = { say: () => {}, send: () => undefined, drained: () => undefined, isBusy: false };
  const proxies = { http: null, https: null, except: [] };
  const work = { parallel: 1, limits: defaultLimits, ports: 'any', userAgent: 'test' };
  using pace = new Pace({ slowPercent: 10, isHeld: () => false }, 0, []);
  const onRoom = (): void => starts.wake();
  const tools = {
    work,
    connections: connectionsOf({ connectTimeout: 5000, parallel: 1, proxies, onRoom }, undefined),
    hosts: new Hosts(0, []),
    pace,
    trust: new Trust(),
    channel: channel as unknown as ParentChannel,
    abandonment: new Abandonment(),
    waiting: new Set<number>(),
  } as unknown as Tools;
  const starts = new Starts(tools);
  const files = Array.from({ length: 40 }, (_, file) => {
    const sources = [first, other].map(({ origin }) => `${origin}/${file}`);
    const rest = { mayLack: [], isAlone: false, spent: 0, opened: {}, maxBytes: 4, size: 4, isSummed: false };
    return [file, { ...rest, sources, resume: null, modifiedSince: null, signature: null }] as const;
  });
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
