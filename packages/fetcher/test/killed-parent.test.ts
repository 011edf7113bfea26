import { readdirSync, readFileSync } from 'node:fs';

import { fewOrMany, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBatch, startBatch } from './kit/batch.js';
import { lastModified, type RawServer, rawServer, response } from './kit/server.js';
import { eventually, isAlive, workerPids } from './kit/worker-pid.js';

const names = Array.from({ length: 12 }, (_, index) => `file-${index}`);
const contentOf = (name: string): string => `${name} has this.\n`.repeat(30_000);

/** Bytes that the server sends of each file in 30 ms: so few that no batch is over before its program is killed. */
const slow = 4 * 1024;
let chunkBytes = slow;

/** A server of files with ranges. */
async function slowServer(): Promise<RawServer> {
  return await rawServer((socket, head) => {
    const [, path = ''] = head.split(' ');
    const content = contentOf(path.slice(1));
    const start = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    if (start >= content.length) {
      // All of it is there already (RFC 9110, 14.4): only its name was missing when the program was killed.
      const unsatisfied = { 'content-range': `bytes */${content.length}`, 'content-length': 0 };
      const time = { 'last-modified': lastModified.toUTCString() };
      socket.write(response('416 Range Not Satisfiable', { ...time, ...unsatisfied }));
      return;
    }
    const headers = { 'last-modified': lastModified.toUTCString(), 'content-length': content.length - start };
    socket.write(start === 0 ? response('200 OK', headers) : response('206 Partial Content', { ...headers, ...range }));
    let at = start;
    const timer = setInterval(() => {
      socket.write(content.slice(at, at + chunkBytes));
      at += chunkBytes;
      if (at >= content.length || socket.destroyed) clearInterval(timer);
    }, 30);
  });
}

let folder: TemporaryFolder;
let server: RawServer;
beforeEach(async () => {
  chunkBytes = slow;
  folder = temporaryFolder();
  server = await slowServer();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const batch = () => ({
  requests: names.map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) })),
});

const sleep = async (milliseconds: number): Promise<void> => {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
};

/** What is whole under a final name, and of what a part is there; anything that is neither, or not right, is an error. */
function inventory(): { readonly whole: readonly string[]; readonly begun: readonly string[] } {
  const found = { whole: [] as string[], begun: [] as string[] };
  for (const entry of readdirSync(folder.path)) {
    const name = entry.replace(/\.part$/, '');
    expect(names).toContain(name);
    const bytes = readFileSync(folder.file(entry), 'latin1');
    const content = contentOf(name);
    if (entry === name) expect(bytes === content).toBe(true);
    else expect(content.startsWith(bytes)).toBe(true);
    if (entry === name) found.whole.push(name);
    else if (bytes !== '') found.begun.push(name);
  }
  return found;
}

/** Runs the batch to its end, which must take up what is there. */
async function finish(): Promise<void> {
  chunkBytes = 64 * 1024;
  const [before, { begun }] = [server.requests.length, inventory()];
  expect(await runBatch(batch())).toEqual(names.map(() => 'done'));
  expect(readdirSync(folder.path)).toEqual([...names].sort());
  inventory();
  const resumed = server.requests.slice(before).filter((head) => /^range:/m.test(head));
  expect(resumed).toHaveLength(begun.length);
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a program that downloads', () => {
  const moments = fewOrMany(6, 20);
  it(`and is killed at any of ${moments} moments ends its worker, and loses nothing`, async () => {
    let before: readonly string[] = [];
    let interrupted = 0;
    for (let turn = 0; turn < moments; turn++) {
      const { child, outcomes } = startBatch(batch());
      // In every second turn when it has a worker for sure.
      if (turn % 2 === 1) await eventually('a worker', () => workerPids(child.pid).length > 0);
      await sleep(Math.random() * 500);
      const workers = workerPids(child.pid);
      child.kill('SIGKILL');
      expect(await outcomes).toBeUndefined();
      await eventually('the end of the worker', () => !workers.some(isAlive));
      const { whole, begun } = inventory();
      // What one turn left, no later one takes away.
      expect([...whole, ...begun]).toEqual(expect.arrayContaining([...before]));
      before = [...whole, ...begun];
      interrupted += workers.length;
    }
    expect(interrupted).toBeGreaterThanOrEqual(moments / 2);
    await finish();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'and passes %s on leaves the received bytes, and no process',
    async (signal) => {
      const { child, outcomes } = startBatch(batch());
      await eventually('the start of some files', () => inventory().begun.length > 3);
      const workers = workerPids(child.pid);
      expect(workers).toHaveLength(1);
      child.kill(signal);
      expect(await outcomes).toEqual(names.map(() => 'cancelled: the download was cancelled'));
      expect(workers.filter(isAlive)).toEqual([]);
      const { whole, begun } = inventory();
      expect(whole).toEqual([]);
      // Of the others not even an empty file is left.
      expect(readdirSync(folder.path)).toHaveLength(begun.length);
      await finish();
    },
  );
});
