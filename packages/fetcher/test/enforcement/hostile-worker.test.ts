import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { compileFixture, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Limits } from '../../src/values/limits.js';
import type { Outcome } from '../../src/request/options.js';
import { errorOf, fetcherFor, fetchOne } from '../kit/fetch.js';
import { eventually, workerPids } from '../kit/worker-pid.js';

const program = compileFixture(new URL('fixtures/hostile-worker.ts', import.meta.url));

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('other'), 'untouched');
});
afterEach(() => folder[Symbol.dispose]());

/** The real parent, in this process, with a worker that behaves as named. */
async function fetchFrom(way: string, fetcher = {}): Promise<Outcome> {
  const request = { sources: [`http://127.0.0.1:1/${way}`], to: folder.file('x'), maxBytes: 1000 };
  return await fetchOne(request, { fetcher, program });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker', () => {
  it('that is honest is believed', async () => {
    expect(await fetchFrom('honest')).toMatchObject({ status: 'done', size: 6 });
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('honest');
  });

  it('that blames several servers for a wrong file again and again has no third chance', async () => {
    const sources = [1, 2].map((port) => `http://127.0.0.1:${port}/mixes-for-ever`);
    const request = { sources, to: folder.file('x'), maxBytes: 1000, sha256: '0'.repeat(64) };
    const outcome = await fetchOne(request, { program, signal: AbortSignal.timeout(20_000) });
    expect(errorOf(outcome)).toMatch(/^worker-lied: .* behind what counts for nothing/);
    expect(outcome.failures.map(({ code, host }) => [code, host])).toEqual([['checksum', undefined]]);
  });

  it('that did all and ended badly is believed: what counts is in the file', async () => {
    expect(await fetchFrom('done-and-bad-status')).toMatchObject({ status: 'done', size: 6 });
  });

  it('that did all and never ends is believed, and ended', async () => {
    const begun = performance.now();
    expect(await fetchFrom('never-ends')).toMatchObject({ status: 'done', size: 6 });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(workerPids()).toEqual([]);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('honest');
  });

  it.each([
    ['sent-nothing', /^worker-lied: .* it says 6 bytes, and has sent 0/],
    ['sent-more', /^worker-lied: .* it says 6 bytes, and has sent 10/],
    ['sent-less', /^worker-lied: .* it says 6 bytes, and has sent 5/],
    ['sends-after-done', /^worker-lied: .* after its last word/],
    ['data-before-start', /^worker-lied: .* its frames come in the wrong order/],
    ['data-of-another-file', /^worker-lied: .* of a file that it has not got/],
    ['data-of-no-signature', /^worker-lied: .* a signature that nobody asked for/],
    ['data-of-nothing', /^worker-lied: .* a number out of range/],
    ['data-without-end', /^worker-lied: .* a number out of range/],
    ['data-negative', /^worker-lied: .* a number out of range/],
    ['announces-more', /^worker-died: the worker ended with 0/],
    ['announces-less', /^worker-lied: .* a frame that is no object/],
    ['floods-data', /^worker-lied: .* (?:more than the file may have|too many frames)/],
    ['begins-again', /^worker-lied: .* it begins with a source too often/],
    ['appends-to-nothing', /^worker-lied: .* behind what counts for nothing/],
    ['claims-a-gigabyte', /^worker-lied: .* it claims more than the file may have/],
    ['sends-too-much', /^worker-lied: .* it claims more than the file may have/],
    ['sends-too-much-bit-by-bit', /^worker-lied: .* it claims more than the file may have/],
    ['exits-silently', /^worker-died: the worker ended with 0/],
    ['crashes', /^worker-died: the worker ended with SIG/],
    ['floods-started', /^worker-lied: .* it begins with a source too often/],
    ['endless-line', /^worker-lied: .* a frame is too long/],
    ['one-gigabyte', /^worker-lied: .* a frame is too long/],
    ['no-json', /^worker-lied: .* a frame that is no object/],
    ['unknown-frame', /^worker-lied: .* a frame of unknown type/],
    ['another-file', /^worker-lied: .* of a file that it has not got/],
    ['speaks-after-done', /^worker-lied: .* after its last word/],
    ['done-before-start', /^worker-lied: .* wrong order/],
    ['source-out-of-turn', /^worker-lied: .* a source that it has not got/],
    ['too-large-a-word', /^worker-lied: .* more than the file may have/],
    ['far-future', /^worker-lied: .* a number out of range/],
    ['calls-unchanged', /^worker-lied: .* unchanged that nobody asked about/],
    ['signs-unasked', /^worker-lied: .* a signature that nobody asked for/],
    ['escape-sequences', /^dns: �\[2J�\]0;x�$/],
  ])('that %s is a named failure', async (way, text) => {
    expect(errorOf(await fetchFrom(way))).toMatch(text);
    expect(existsSync(folder.file('x'))).toBe(false);
    // Nothing that a liar wrote is gone on with.
    const kept = way === 'announces-more' ? ['other', 'x.part'] : ['other'];
    expect(readdirSync(folder.path).sort()).toEqual(kept);
    expect(readFileSync(folder.file('other'), 'utf8')).toBe('untouched');
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker in no hurry', () => {
  // Its parent looks each second; the worker, its sandbox and what they say take the time that they take.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  /** Downloads in a parent for which seconds pass once its worker has said all that it will; the worker is there then. */
  async function waitFor(way: string, limits: Partial<Limits>, seconds: number, signal?: AbortSignal) {
    const fetcher = fetcherFor({ limits }, program);
    const requests = ['x', 'y'].map((name) => ({ sources: [`http://127.0.0.1:1/${way}`], to: folder.file(name) }));
    const ended = fetcher.download(requests, signal === undefined ? {} : { signal });
    await eventually('a worker', () => fetcher.enforcement !== undefined);
    if (way === 'stands-still-half-way') await eventually('half', () => contentOf('y.part') === 'half');
    vi.advanceTimersByTime(seconds * 1000);
    // What ends a worker now is asked for at once.
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    const waits = workerPids().length === 1;
    vi.advanceTimersByTime(1000);
    return { waits, ended };
  }

  const contentOf = (name: string) => (existsSync(folder.file(name)) ? readFileSync(folder.file(name), 'utf8') : '');

  it.each([
    ['stands-still', ['other']],
    ['ignores-sigterm', ['other']],
    ['stands-still-half-way', ['other', 'x', 'y.part']],
  ])('that %s is ended in time, and costs nothing that came', async (way, left) => {
    const { waits, ended } = await waitFor(way, { connectTimeout: 500, slowWindow: 500 }, 11);
    const outcomes = (await ended).map(errorOf);
    const tooSlow = 'too-slow: the worker did nothing for 11 seconds';
    expect(outcomes).toEqual([left.includes('x') ? undefined : tooSlow, tooSlow]);
    expect(waits).toBe(true);
    expect(readdirSync(folder.path).sort()).toEqual(left);
    if (left.includes('y.part')) expect(contentOf('y.part')).toBe('half');
  });

  it('that stands still is waited for where no server is too slow', async () => {
    const controller = new AbortController();
    const limits = { connectTimeout: 0, slowWindow: 0, slowBytes: 0 };
    const { waits, ended } = await waitFor('stands-still', limits, 86_400, controller.signal);
    expect([waits, workerPids()]).toEqual([true, [expect.any(Number)]]);
    controller.abort();
    expect((await ended).map(errorOf)).toEqual([
      expect.stringMatching(/^cancelled/),
      expect.stringMatching(/^cancelled/),
    ]);
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker with a signature to fetch', () => {
  it.each([
    ['signature-too-long', /^worker-lied: .* it says 16385 bytes, and has sent 0/],
    ['signature-not-sent', /^worker-lied: .* it says 5 bytes, and has sent 0/],
    ['signature-shorter', /^worker-lied: .* it says 5 bytes, and has sent 4/],
    ['signature-sent-too-long', /^worker-lied: .* more than a signature may have/],
    ['signature-only', /^worker-lied: .* a signature out of turn/],
    ['signature-twice', /^worker-lied: .* a signature out of turn/],
    ['signature-forgotten', /^worker-died: /],
  ])('that %s gives no name to file or signature', async (way, text) => {
    const request = { sources: [`http://127.0.0.1:1/${way}`], to: folder.file('x'), maxBytes: 1000, signature: {} };
    expect(errorOf(await fetchOne(request, { program }))).toMatch(text);
    expect(readdirSync(folder.path)).toEqual(way === 'signature-forgotten' ? ['other', 'x.part'] : ['other']);
  });
});
