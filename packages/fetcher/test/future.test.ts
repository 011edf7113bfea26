/* One answer from the year 2099, which would keep a database from ever being new again. */
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../src/request/options.js';
import { errorOf, fetchOne } from './kit/fetch.js';
import { type RawServer, rawServer, response } from './kit/server.js';

const future = new Date('2099-01-01T00:00:00Z');
const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Knows every condition, and says that its file is of some time. */
async function serverOf(changed: Date): Promise<RawServer> {
  return await rawServer((socket, head) => {
    const headers = { 'last-modified': changed.toUTCString() };
    if (/^if-modified-since:/im.test(head)) socket.write(response('304 Not Modified', headers));
    else socket.write(response('200 OK', { ...headers, 'content-length': 3 }, 'new'));
  });
}

async function fetchFrom(server: RawServer): Promise<Outcome> {
  const request = { sources: [`${server.origin}/x`], to: folder.file('x'), ifModifiedSince: 'local' } as const;
  return await fetchOne(request);
}

function have(name: string, text: string, time: Date): void {
  writeFileSync(folder.file(name), text);
  utimesSync(folder.file(name), time, time);
}

const ageOf = (name: string): number => Math.abs(Date.now() - statSync(folder.file(name)).mtimeMs);

describe.skipIf(missing('root', 'linux', 'landlock6'))('a time in the future', () => {
  it('of a server is never set on a file, nor used for comparison', async () => {
    await using server = await serverOf(future);
    const outcome = await fetchFrom(server);
    expect(outcome).toMatchObject({ status: 'done', lastModified: undefined });
    expect(ageOf('x')).toBeLessThan(60_000);
    // What came stands for now, so the next question is an honest one.
    expect(await fetchFrom(server)).toMatchObject({ status: 'unchanged' });
    const [, since = ''] = /^if-modified-since: (.*)$/im.exec(server.requests[1] ?? '') ?? [];
    expect(Math.abs(Date.parse(since) - Date.now())).toBeLessThan(60_000);
  });

  it('of less than a day is a clock that is ahead: the twin', async () => {
    await using server = await serverOf(soon);
    expect(await fetchFrom(server)).toMatchObject({ status: 'done', lastModified: soon });
    expect(statSync(folder.file('x')).mtimeMs).toBe(soon.getTime());
    // It is asked by when it has come.
    expect(await fetchFrom(server)).toMatchObject({ status: 'done' });
    expect(server.requests.filter((head) => /^if-modified-since:/im.test(head))).toEqual([]);
  });

  it('of an existing file makes no conditional request, so the file is replaced', async () => {
    have('x', 'frozen', future);
    have('x.sig', 'frozen', future);
    await using server = await serverOf(new Date('2026-01-02T03:04:05Z'));
    expect(await fetchFrom(server)).toMatchObject({ status: 'done' });
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('new');
  });

  it('of an existing signature makes no conditional request either', async () => {
    have('x', 'old', new Date('2026-01-02T03:04:05Z'));
    have('x.sig', 'frozen', future);
    await using server = await serverOf(new Date('2026-01-02T03:04:05Z'));
    const request = { sources: [`${server.origin}/x`], to: folder.file('x'), ifModifiedSince: 'local' } as const;
    expect(await fetchOne({ ...request, signature: {} })).toMatchObject({
      status: 'unchanged',
      signature: { status: 'done' },
    });
    expect(readFileSync(folder.file('x.sig'), 'utf8')).toBe('new');
  });

  it('of a .part confirms nothing, so the download starts again', async () => {
    have('x.part', 'no', future);
    await using server = await rawServer((socket) => socket.write(response('200 OK', { 'content-length': 3 }, 'new')));
    expect(errorOf(await fetchFrom(server))).toBeUndefined();
    expect(server.requests.filter((head) => /^range:/im.test(head))).toEqual([]);
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('new');
  });

  it('of a file: source is not set on the copy', async () => {
    have('source', 'new', future);
    const sources = [pathToFileURL(folder.file('source')).href];
    expect(await fetchOne({ sources, to: folder.file('x') })).toMatchObject({ status: 'done' });
    expect(ageOf('x')).toBeLessThan(60_000);
    expect(readdirSync(folder.path).sort()).toEqual(['source', 'x']);
  });
});
