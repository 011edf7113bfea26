import { readFileSync, statSync, writeFileSync } from 'node:fs';

import { compileFixture, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Progress } from '../src/request/options.js';
import { runBatch } from './kit/batch.js';
import { errorOf, fetchOne } from './kit/fetch.js';
import { lastModified, rawServer, response } from './kit/server.js';

const fixture = compileFixture(new URL('fixtures/jumping-clock.ts', import.meta.url));
/** Each with the start of a program whose clock jumps so. */
const clocks = [
  ['on', readFileSync(fixture, 'utf8')],
  ['back', `globalThis.isBackwards = true;${readFileSync(fixture, 'utf8')}`],
] as const;
const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(20_000);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Writes a program of the worker that begins with something else. */
function workerBehind(start: string): string {
  const worker = folder.file('worker.cjs');
  const built = (name: string): string => readFileSync(new URL(`../dist/${name}.cjs`, import.meta.url), 'utf8');
  writeFileSync(worker, start + built('worker'));
  writeFileSync(folder.file('load.cjs'), built('load'));
  return worker;
}

/** Sends its file in twenty pieces over a second. */
const slowServer = async () =>
  await rawServer((socket) => {
    socket.write(response('200 OK', { 'content-length': content.length, 'last-modified': lastModified.toUTCString() }));
    const piece = Math.ceil(content.length / 20);
    let at = 0;
    const timer = setInterval(() => {
      socket.write(content.slice(at, (at += piece)));
      if (at >= content.length) clearInterval(timer);
    }, 50);
  });

describe.skipIf(missing('root', 'linux', 'landlock6')).each(clocks)(
  'a clock that jumps %s all the time',
  (_way, clock) => {
    it('in the parent ends no download', async () => {
      const preload = folder.file('clock.mjs');
      writeFileSync(preload, clock);
      await using server = await slowServer();
      const requests = ['x', 'y'].map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) }));
      expect(await runBatch({ requests, nodeOptions: ['--import', preload] })).toEqual(['done', 'done']);
      expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
      expect(statSync(folder.file('x')).mtime).toEqual(lastModified);
    });

    it('in the worker ends no download, and the progress goes on', async () => {
      await using server = await slowServer();
      const progress: number[] = [];
      const onProgress = ({ overall }: Progress): void => void progress.push(overall.received);
      const fetcher = { limits: { slowWindow: 3000, slowBytes: 100 } };
      const request = { sources: [`${server.origin}/x`], to: folder.file('x') };
      const outcome = await fetchOne(request, { program: workerBehind(clock), fetcher, onProgress });
      expect(errorOf(outcome)).toBeUndefined();
      expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
      // A second has time for ten, and one more is due at the end.
      expect(new Set(progress).size).toBeGreaterThan(4);
      expect(progress.length).toBeLessThan(20);
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
    });

    it('in the worker does not delay leaving a slow server', async () => {
      await using server = await rawServer(() => {});
      const begun = performance.now();
      const fetcher = { limits: { slowWindow: 3000, slowBytes: 100 } };
      const request = { sources: [`${server.origin}/x`], to: folder.file('x') };
      expect(errorOf(await fetchOne(request, { program: workerBehind(clock), fetcher }))).toMatch(/^too-slow: /);
      expect(performance.now() - begun).toBeGreaterThan(2900);
      expect(performance.now() - begun).toBeLessThan(8000);
    });
  },
);
