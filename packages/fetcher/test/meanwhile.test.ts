import {
  appendFileSync,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBatch } from './kit/batch.js';
import { errorOf, fetcherFor } from './kit/fetch.js';
import { lastModified, type RawServer, rawServer, response } from './kit/server.js';
import { eventually } from './kit/worker-pid.js';

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(500);
const half = content.length / 2;

let folder: TemporaryFolder;
let server: RawServer;
let waiting: Socket | undefined;
beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  // The first half, and the second one when the test is ready.
  server = await rawServer((socket) => {
    const headers = { 'last-modified': lastModified.toUTCString(), 'content-length': content.length };
    socket.write(response('200 OK', headers, content.slice(0, half)));
    waiting = socket;
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const cache = (name: string): string => folder.file('cache', name);
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Downloads one file, and does something when half of it is there; gives the error. */
async function meanwhile(act: () => void): Promise<string | undefined> {
  await using fetcher = fetcherFor();
  const download = fetcher.download([{ sources: [`${server.origin}/x`], to: cache('x') }]);
  await eventually('half of it', () => sizeOf(cache('x.part')) === half);
  act();
  waiting?.write(content.slice(half));
  return errorOf((await download)[0]);
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('while a file is downloaded', () => {
  it('nothing changes, and it gets its name: the control', async () => {
    expect(await meanwhile(() => {})).toBeUndefined();
    expect(readFileSync(cache('x'), 'latin1')).toBe(content);
  });

  it('its name becomes a symbolic link, which is replaced and not followed', async () => {
    writeFileSync(folder.file('victim'), 'mine');
    expect(await meanwhile(() => symlinkSync(folder.file('victim'), cache('x')))).toBeUndefined();
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe('mine');
    expect(lstatSync(cache('x')).isFile()).toBe(true);
    expect(readFileSync(cache('x'), 'latin1')).toBe(content);
    expect(readdirSync(folder.file('cache'))).toEqual(['x']);
  });

  it('its name becomes a directory: a named failure, and the received bytes stay', async () => {
    const error = await meanwhile(() => {
      mkdirSync(cache('x'));
      writeFileSync(cache('x/theirs'), 'theirs');
    });
    expect(error).toMatch(/^file: .*\/x\.part could not be finished: it is a directory \(EISDIR\)$/);
    expect(readFileSync(cache('x/theirs'), 'utf8')).toBe('theirs');
    expect(readFileSync(cache('x.part'), 'latin1')).toBe(content);
  });

  it.each([
    ['a symbolic link', () => symlinkSync(folder.file('victim'), cache('x.part'))],
    ['a folder', () => mkdirSync(cache('x.part'))],
    ['another file', () => writeFileSync(cache('x.part'), 'theirs')],
    ['nothing', () => {}],
  ])('its .part becomes %s, which is left alone', async (_what, put) => {
    writeFileSync(folder.file('victim'), 'mine');
    const error = await meanwhile(() => {
      rmSync(cache('x.part'));
      put();
    });
    expect(error).toMatch(/^file: .*\/x\.part was removed, renamed or replaced during the download$/);
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe('mine');
    expect(lstatSync(cache('x'), { throwIfNoEntry: false })).toBeUndefined();
    expect(sizeOf(cache('x.part'))).not.toBe(content.length);
  });

  it('its .part grows by the bytes of another process: a named failure, and nothing gets the name', async () => {
    const error = await meanwhile(() => appendFileSync(cache('x.part'), content));
    expect(error).toMatch(/^worker-lied: .*reported \d+ bytes, but .*x\.part has \d+$/);
    expect(readdirSync(folder.file('cache'))).toEqual([]);
  });

  it('its directory is moved, and the path leads elsewhere: the file stays in its directory', async () => {
    mkdirSync(folder.file('elsewhere'));
    const error = await meanwhile(() => {
      renameSync(folder.file('cache'), folder.file('moved'));
      symlinkSync(folder.file('elsewhere'), folder.file('cache'));
    });
    expect(error).toBeUndefined();
    expect(readdirSync(folder.file('elsewhere'))).toEqual([]);
    expect(readlinkSync(folder.file('cache'))).toBe(folder.file('elsewhere'));
    expect(readFileSync(folder.file('moved', 'x'), 'latin1')).toBe(content);
  });

  it('its directory is removed: a named failure', async () => {
    expect(await meanwhile(() => rmSync(folder.file('cache'), { recursive: true }))).toMatch(
      /^file: .*removed, renamed or replaced/,
    );
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('an ordinary user', () => {
  it('whose directory becomes read-only meanwhile gets an error for each file, and received bytes stay', async () => {
    await using none = await rawServer(async (socket) => {
      await eventually('half of it', () => sizeOf(cache('x.part')) === half);
      chmodSync(folder.file('cache'), 0o555);
      socket.write(response('404 Not Found', { 'content-length': 0 }));
      waiting?.write(content.slice(half));
    });
    chownSync(folder.file('cache'), 65_534, 65_534);
    const requests = [
      { sources: [`${server.origin}/x`], to: cache('x') },
      { sources: [`${none.origin}/y`], to: cache('y') },
    ];
    const prefix = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'];
    expect(await runBatch({ requests, options: { parallel: 2 }, prefix })).toEqual([
      expect.stringMatching(/^file: .*could not be finished: permission denied \(EACCES\)$/),
      expect.stringMatching(/^http: .*404$/),
    ]);
    expect(readFileSync(cache('x.part'), 'latin1')).toBe(content);
    // Empty, and its name can't be taken away.
    expect(readdirSync(folder.file('cache')).sort()).toEqual(['x.part', 'y.part']);
  });
});
