import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { compileFixture, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fetch } from '../../src/fetch.js';

const worker = compileFixture(new URL('fixtures/hostile-worker.ts', import.meta.url));
let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => {
  folder[Symbol.dispose]();
  delete process.env['LC_ALL'];
});

/** The real parent, in this process, with a worker that behaves as named. */
async function fetchWith(way: string, name = 'x'): Promise<number> {
  process.env['LC_ALL'] = way;
  const command = { kind: 'fetch', url: 'http://mirror/x', output: folder.file(name), quiet: true } as const;
  const rest = {
    cacert: undefined,
    report: undefined,
    disableDownloadTimeout: false,
    json: false,
    color: 'auto',
  } as const;
  return await fetch({ ...command, ...rest, config: folder.file('pacman.conf') }, worker);
}

describe.skipIf(missing('root', 'linux'))('a worker', () => {
  it('that is honest is believed', async () => {
    expect(await fetchWith('honest')).toBe(0);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('honest');
  });

  it.each([
    ['stays-root', 'sandbox', /the worker's user is not what was asked for/],
    ['exits-before-ready', 'sandbox', /could not become its user: it ended with 0/],
    ['done-before-ready', 'sandbox', /could not become its user/],
    ['wrote-nothing', 'file', /holds 0 bytes and not 1000/],
    ['wrote-more', 'file', /holds 1000 bytes and not 10/],
    ['truncates-after-done', 'file', /holds 0 bytes and not 4/],
    ['done-with-bad-status', 'download', /the worker ended with 7/],
    ['exits-silently', 'download', /the worker ended with 0/],
    ['killed-by-signal', 'download', /the worker ended with SIGSEGV/],
    ['floods-frames', 'download', /it sends too many frames/],
    ['endless-line', 'download', /a frame is too long/],
    ['no-json', 'download', /a frame that is no object/],
    ['unknown-frame', 'download', /a frame of unknown type/],
    ['speaks-after-done', 'download', /it speaks after its last frame/],
    ['progress-before-ready', 'sandbox', /its frames come in the wrong order/],
    ['ready-twice', 'download', /its frames come in the wrong order/],
    ['stands-still', 'download', /it wrote nothing for 30 seconds/],
    ['far-future', 'download', /a time out of range/],
    ['never-ends', 'download', /it did not end after its last frame/],
    ['escape-sequences', 'download', /: �\[2J�\]0;owned�gone$/],
  ])(
    'that %s is a named failure of class %s',
    async (way, kind, text) => {
      await expect(fetchWith(way)).rejects.toThrow(
        expect.objectContaining({ kind, message: expect.stringMatching(text) as string }),
      );
      // What it wrote may stay for resuming; a file of which nothing came doesn't.
      const isKept = way === 'wrote-more';
      expect(existsSync(folder.file('x'))).toBe(false);
      expect(existsSync(folder.file('x.part'))).toBe(isKept);
    },
    45_000,
  );

  it('that writes more than its kind of file may hold is a named failure', async () => {
    await expect(fetchWith('wrote-much', 'x.sig')).rejects.toThrow(/larger than 16384 bytes/);
    expect(existsSync(folder.file('x.sig'))).toBe(false);
  });
});
