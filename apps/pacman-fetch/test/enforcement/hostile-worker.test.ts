import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { compileFixture, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { fetch } from '../../src/fetch.js';
import { childrenOf, eventually } from '../kit/fetch-program.js';

// The fetcher's own, since it is the fetcher's worker: it does what the path of its URL says.
const fixtures = '../../../../packages/fetcher/test/enforcement/fixtures';
const worker = compileFixture(new URL(`${fixtures}/hostile-worker.ts`, import.meta.url));
let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

/** The real parent, in this process, with a worker that behaves as named. */
async function fetchWith(way: string, name = 'x'): Promise<number> {
  const command = { kind: 'fetch', url: `http://mirror/${way}`, output: folder.file(name), quiet: true } as const;
  const rest = {
    cacert: undefined,
    report: undefined,
    disableDownloadTimeout: false,
    isAlone: false,
    json: false,
    color: 'auto',
  } as const;
  return await fetch({ ...command, ...rest, config: folder.file('pacman.conf') }, worker);
}

const failureThatSays = (text: RegExp): unknown =>
  expect.objectContaining({ kind: 'download', message: expect.stringMatching(text) as string });

const isWorker = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--input-type=');

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker', () => {
  it('that is honest is believed', async () => {
    expect(await fetchWith('honest')).toBe(0);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('honest');
  });

  it('that did all and never ends is believed, and ended', async () => {
    expect(await fetchWith('never-ends')).toBe(0);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('honest');
  });

  it('that did all and ends with an error is believed, unless its end comes first', async () => {
    // After its last report, its parent ends it.
    const status = await fetchWith('done-and-bad-status').catch((error: unknown) => error);
    if (status !== 0) expect(status).toEqual(failureThatSays(/the worker ended with 7/));
    expect(existsSync(folder.file('x'))).toBe(status === 0);
  });

  it.each([
    ['sent-nothing', /it reported 6 bytes, but sent 0/],
    ['sent-more', /it reported 6 bytes, but sent 10/],
    ['sends-after-done', /after its final report/],
    ['exits-silently', /the worker ended with 0/],
    ['crashes', /the worker ended with SIG/],
    ['floods-started', /it started a source too often/],
    ['endless-line', /a frame that is too long/],
    ['no-json', /a frame that is not an object/],
    ['unknown-frame', /a frame of unknown type/],
    ['speaks-after-done', /after its final report/],
    ['done-before-start', /its frames are in the wrong order/],
    ['far-future', /a number out of range/],
    ['calls-unchanged', /unchanged without being asked/],
    ['signs-unasked', /a signature that was not requested/],
    ['escape-sequences', /: �\[2J�\]0;x�$/],
  ])('that %s is a named failure', async (way, text) => {
    await expect(fetchWith(way)).rejects.toEqual(failureThatSays(text));
    expect(existsSync(folder.file('x'))).toBe(false);
  });

  it('that stands-still is a named failure', async () => {
    // Its parent looks each second, and half a minute is over once its worker stands still.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const ended = fetchWith('stands-still').catch((error: unknown) => error);
      await eventually('a worker', () => childrenOf(process.pid).some(isWorker));
      await new Promise((resolve) => {
        setTimeout(resolve, 2000);
      });
      vi.advanceTimersByTime(31_000);
      expect(await ended).toEqual(failureThatSays(/the worker did nothing for 30 seconds/));
      expect(existsSync(folder.file('x'))).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that sends more than its kind of file may hold is a named failure', async () => {
    await expect(fetchWith('sends-too-much-bit-by-bit', 'x.sig')).rejects.toThrow(
      /it announced more bytes than the file may have/,
    );
    expect(existsSync(folder.file('x.sig'))).toBe(false);
  });
});
