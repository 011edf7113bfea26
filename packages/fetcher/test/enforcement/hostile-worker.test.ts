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
    expect(errorOf(outcome)).toMatch(/^worker-lied: .* content that was to be discarded/);
    expect(outcome.failures.map(({ code, host }) => [code, host])).toEqual([['checksum', undefined]]);
  });

  it('that reported everything and crashed is believed: the file is complete', async () => {
    expect(await fetchFrom('done-and-bad-status')).toMatchObject({ status: 'done', size: 6 });
  });

  it('that reported everything and never ends is believed, and killed', async () => {
    const begun = performance.now();
    expect(await fetchFrom('never-ends')).toMatchObject({ status: 'done', size: 6 });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(workerPids()).toEqual([]);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('honest');
  });

  it.each([
    ['sent-nothing', /^worker-lied: .* it reported 6 bytes, but sent 0/],
    ['sent-more', /^worker-lied: .* it reported 6 bytes, but sent 10/],
    ['sent-less', /^worker-lied: .* it reported 6 bytes, but sent 5/],
    ['sends-after-done', /^worker-lied: .* after its final report/],
    ['data-before-start', /^worker-lied: .* its frames are in the wrong order/],
    ['data-of-another-file', /^worker-lied: .* on a file that it was not given/],
    ['data-of-no-signature', /^worker-lied: .* a signature that was not requested/],
    ['data-of-nothing', /^worker-lied: .* a number out of range/],
    ['data-without-end', /^worker-lied: .* a number out of range/],
    ['data-negative', /^worker-lied: .* a number out of range/],
    ['announces-more', /^worker-died: the worker ended with 0/],
    ['announces-less', /^worker-lied: .* a frame that is not an object/],
    ['floods-data', /^worker-lied: .* (?:more bytes than the file may have|too many frames)/],
    ['begins-again', /^worker-lied: .* it started a source too often/],
    ['asks-for-ever', /^worker-lied: .* it asked too often about a file/],
    ['appends-to-nothing', /^worker-lied: .* content that was to be discarded/],
    ['claims-a-gigabyte', /^worker-lied: .* it announced more bytes than the file may have/],
    ['sends-too-much', /^worker-lied: .* it announced more bytes than the file may have/],
    ['sends-too-much-bit-by-bit', /^worker-lied: .* it announced more bytes than the file may have/],
    ['exits-silently', /^worker-died: the worker ended with 0/],
    ['crashes', /^worker-died: the worker ended with SIG/],
    ['floods-started', /^worker-lied: .* it started a source too often/],
    ['endless-line', /^worker-lied: .* a frame that is too long/],
    ['one-gigabyte', /^worker-lied: .* a frame that is too long/],
    ['no-json', /^worker-lied: .* a frame that is not an object/],
    ['unknown-frame', /^worker-lied: .* a frame of unknown type/],
    ['another-file', /^worker-lied: .* on a file that it was not given/],
    ['speaks-after-done', /^worker-lied: .* after its final report/],
    ['done-before-start', /^worker-lied: .* wrong order/],
    ['source-out-of-turn', /^worker-lied: .* a source that it was not given/],
    ['too-large-a-word', /^worker-lied: .* more bytes than the file may have/],
    ['far-future', /^worker-lied: .* a number out of range/],
    ['calls-unchanged', /^worker-lied: .* unchanged without being asked/],
    ['signs-unasked', /^worker-lied: .* a signature that was not requested/],
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
  ])('that %s is killed in time, and no received byte is lost', async (way, left) => {
    const { waits, ended } = await waitFor(way, { connectTimeout: 500, slowWindow: 500 }, 11);
    const outcomes = (await ended).map(errorOf);
    const tooSlow = 'too-slow: the worker did nothing for 11 seconds';
    expect(outcomes).toEqual([left.includes('x') ? undefined : tooSlow, tooSlow]);
    expect(waits).toBe(true);
    expect(readdirSync(folder.path).sort()).toEqual(left);
    if (left.includes('y.part')) expect(contentOf('y.part')).toBe('half');
  });

  it('that does nothing is waited for if no server counts as too slow', async () => {
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
    ['signature-too-long', /^worker-lied: .* it reported 16385 bytes, but sent 0/],
    ['signature-not-sent', /^worker-lied: .* it reported 5 bytes, but sent 0/],
    ['signature-shorter', /^worker-lied: .* it reported 5 bytes, but sent 4/],
    ['signature-sent-too-long', /^worker-lied: .* more bytes than a signature may have/],
    ['signature-only', /^worker-lied: .* a signature at the wrong time/],
    ['signature-twice', /^worker-lied: .* a signature at the wrong time/],
    ['signature-forgotten', /^worker-died: /],
  ])('that %s gives no name to file or signature', async (way, text) => {
    const request = { sources: [`http://127.0.0.1:1/${way}`], to: folder.file('x'), maxBytes: 1000, signature: {} };
    expect(errorOf(await fetchOne(request, { program }))).toMatch(text);
    expect(readdirSync(folder.path)).toEqual(way === 'signature-forgotten' ? ['other', 'x.part'] : ['other']);
  });
});
