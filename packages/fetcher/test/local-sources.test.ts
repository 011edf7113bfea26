import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { pathToFileURL } from 'node:url';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FetcherError } from '../src/errors/fetcher-error.js';
import { createFetcher } from '../src/fetcher.js';
import type { Outcome } from '../src/request/options.js';
import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { fileServer, rawServer, response } from './kit/server.js';

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(20_000);
const changed = new Date('2026-01-02T03:04:05.500Z');
const nobody = 65_534;

let folder: TemporaryFolder;
/** A folder of root that nobody else may enter, with a file in it. */
let closed: string;
beforeEach(() => {
  folder = temporaryFolder();
  closed = folder.file('closed');
  mkdirSync(closed, { mode: 0o700 });
  mkdirSync(folder.file('cache'));
  writeFileSync(`${closed}/x`, content, { mode: 0o600 });
  utimesSync(`${closed}/x`, changed, changed);
});
afterEach(() => folder[Symbol.dispose]());

const urlOf = (path: string): string => pathToFileURL(path).href;

async function fetchFrom(path: string, odd: object = {}): Promise<Outcome> {
  return await fetchOne({ sources: [urlOf(path)], to: folder.file('cache', 'x'), ...odd });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file: source', () => {
  it('is copied by a worker whose user may not read it', async () => {
    const source = `${closed}/x`;
    const { status } = spawnSync('cat', [source], { uid: nobody, gid: nobody });
    expect(status, 'the worker’s user may not').not.toBe(0);
    expect(await fetchFrom(source, { size: content.length })).toMatchObject({
      status: 'done',
      source: urlOf(source),
      size: content.length,
      lastModified: changed,
    });
    expect(readFileSync(folder.file('cache', 'x'), 'latin1')).toBe(content);
    expect(statSync(folder.file('cache', 'x'))).toMatchObject({ mode: 0o100644, mtime: changed });
    expect(readdirSync(folder.file('cache'))).toEqual(['x']);
  });

  it('is copied from the start, over any existing file', async () => {
    writeFileSync(folder.file('cache', 'x.part'), 'something else');
    expect(errorOf(await fetchFrom(`${closed}/x`))).toBeUndefined();
    expect(readFileSync(folder.file('cache', 'x'), 'latin1')).toBe(content);
  });

  it('takes its turn among servers, before and after them', async () => {
    await using server = await fileServer({ '/x': content });
    const to = folder.file('cache', 'x');
    const gone = urlOf(`${closed}/gone`);
    const outcome = await fetchOne({ sources: [gone, `${server.origin}/gone`, urlOf(`${closed}/x`)], to });
    expect(outcome).toMatchObject({ status: 'done', source: urlOf(`${closed}/x`) });
    expect(outcome.failures.map(({ code, host }) => [code, host])).toEqual([
      ['source', 'disk'],
      ['http', server.host],
    ]);
    expect(outcome.failures[0]?.message).toMatch(/gone can't be read: ENOENT \(no such file or directory\)$/);
  });

  it('may be one of many in a batch', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `file-${index}`);
    for (const name of names) writeFileSync(`${closed}/${name}`, name);
    await using fetcher = fetcherFor();
    const outcomes = await fetcher.download(
      names.map((name) => ({ sources: [urlOf(`${closed}/${name}`)], to: folder.file('cache', name) })),
    );
    expect(outcomes.map(errorOf).filter(Boolean)).toEqual([]);
    for (const name of names) expect(readFileSync(folder.file('cache', name), 'latin1')).toBe(name);
  });

  it('has limits and a checksum like any other', async () => {
    const all = `disk has ${content.length} bytes`;
    expect(errorOf(await fetchFrom(`${closed}/x`, { maxBytes: 10 }))).toBe(
      `too-large: the file on ${all}; at most 10 are permitted`,
    );
    expect(errorOf(await fetchFrom(`${closed}/x`, { size: 10 }))).toMatch(/^too-large|^wrong-size/);
    expect(errorOf(await fetchFrom(`${closed}/x`, { sha256: '0'.repeat(64) }))).toMatch(
      /^checksum: disk has a different/,
    );
    expect(readdirSync(folder.file('cache'))).toEqual([]);
  });

  it('that does not exist is absent if it is optional', async () => {
    expect(errorOf(await fetchFrom(`${closed}/gone`))).toMatch(/^source: .*ENOENT/);
    expect(await fetchFrom(`${closed}/gone`, { optional: true })).toMatchObject({ status: 'absent' });
    expect(errorOf(await fetchFrom(`${closed}/x/y`, { optional: true }))).toMatch(/^source: .*ENOTDIR/);
  });

  it.each(['/', '/dev/zero', '/proc/self', '/tmp'])('that is not a regular file is refused: %s', async (path) => {
    expect(errorOf(await fetchFrom(path))).toMatch(/^source: .* is not a regular file$/);
  });

  it('follows links of root, and those of the one whose file it is', async () => {
    symlinkSync('x', `${closed}/link`);
    symlinkSync(closed, folder.file('links'));
    expect(errorOf(await fetchFrom(folder.file('links', 'link')))).toBeUndefined();
    symlinkSync('loop', `${closed}/loop`);
    expect(errorOf(await fetchFrom(`${closed}/loop`))).toMatch(/^source: .* in a circle$/);
  });

  it('leaks nothing through the link of another user', async () => {
    const theirs = folder.file('theirs');
    mkdirSync(theirs);
    chmodSync(theirs, 0o777);
    writeFileSync(`${theirs}/own`, content);
    symlinkSync('/etc/shadow', `${theirs}/secret`);
    symlinkSync(closed, `${theirs}/place`);
    symlinkSync('own', `${theirs}/fine`);
    for (const name of ['secret', 'place', 'fine']) lchownSync(`${theirs}/${name}`, nobody, nobody);
    chownSync(`${theirs}/own`, nobody, nobody);
    const error = /^source: .* a symbolic link of uid 65534 leads to a file of uid 0$/;
    expect(errorOf(await fetchFrom(`${theirs}/secret`))).toMatch(error);
    expect(errorOf(await fetchFrom(`${theirs}/place/x`))).toMatch(error);
    expect(readdirSync(folder.file('cache'))).toEqual([]);
    expect(errorOf(await fetchFrom(`${theirs}/fine`))).toBeUndefined();
  });

  it('is never what a redirect leads to', async () => {
    const location = urlOf(`${closed}/x`);
    await using server = await rawServer((socket) =>
      socket.write(response('302 Found', { location, 'content-length': 0 })),
    );
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('cache', 'x') });
    expect(errorOf(outcome)).toMatch(/^redirect: .* redirects to file: which is not followed$/);
  });
});

describe('a request', () => {
  it.each(['file://other/x', 'file:///a%2Fb', 'file:///a%00b', 'ftp://a/x'])('can not have %s', async (source) => {
    const download = createFetcher({ user: 'nobody' }).download([{ sources: [source], to: '/x' }]);
    await expect(download).rejects.toThrow(FetcherError);
  });
});
