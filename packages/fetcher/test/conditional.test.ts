import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DownloadRequest, Outcome } from '../src/request/options.js';
import { errorOf, fetchOne } from './kit/fetch.js';
import { lastModified, type RawServer, rawServer, response } from './kit/server.js';

const newer = new Date(lastModified.getTime() + 86_400_000);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const read = (name: string): string => readFileSync(folder.file(name), 'utf8');

function have(name: string, text: string, time = lastModified): void {
  writeFileSync(folder.file(name), text);
  utimesSync(folder.file(name), time, time);
}

/** A server that knows the condition: 304 unless its file is newer. */
async function conditionalServer(changed: Date): Promise<RawServer> {
  return await rawServer((socket, head) => {
    const since = Date.parse(/^if-modified-since: (.*)$/im.exec(head)?.[1] ?? '');
    const headers = { 'last-modified': changed.toUTCString() };
    if (changed.getTime() <= since) socket.write(response('304 Not Modified', headers));
    else socket.write(response('200 OK', { ...headers, 'content-length': 3 }, 'new'));
  });
}

/** A server that doesn't, as `python3 -m http.server` of old. */
async function simpleServer(headers: Readonly<Record<string, string>>): Promise<RawServer> {
  return await rawServer((socket) => socket.write(response('200 OK', { ...headers, 'content-length': 3 }, 'new')));
}

async function fetchFrom(
  server: RawServer,
  odd: Partial<DownloadRequest> = { ifModifiedSince: 'local' },
): Promise<Outcome> {
  return await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), ...odd });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a download only if it has changed', () => {
  it('is unchanged if the server says so: only the existing file stays', async () => {
    await using server = await conditionalServer(lastModified);
    have('x', 'old');
    have('x.part', 'half');
    const sources = [`http://me:secret@${server.host}/x`];
    expect(await fetchFrom(server, { sources, ifModifiedSince: 'local' })).toEqual({
      status: 'unchanged',
      to: folder.file('x'),
      failures: [],
      source: `${server.origin}/x`,
    });
    expect(read('x')).toBe('old');
    expect(statSync(folder.file('x')).mtime).toEqual(lastModified);
    expect(readdirSync(folder.path)).toEqual(['x']);
    expect(server.requests[0]).toContain(`if-modified-since: ${lastModified.toUTCString()}`);
  });

  it('is done if the file is newer, and is unchanged the next time', async () => {
    await using server = await conditionalServer(newer);
    have('x', 'old');
    expect(await fetchFrom(server)).toMatchObject({ status: 'done', lastModified: newer });
    expect(read('x')).toBe('new');
    expect(await fetchFrom(server)).toMatchObject({ status: 'unchanged' });
  });

  it('is done without a condition if the file does not exist', async () => {
    await using server = await conditionalServer(lastModified);
    expect(await fetchFrom(server)).toMatchObject({ status: 'done' });
    expect(server.requests[0]).not.toContain('if-modified-since');
  });

  it('is done in any case without the option', async () => {
    await using server = await conditionalServer(lastModified);
    have('x', 'old');
    expect(await fetchFrom(server, {})).toMatchObject({ status: 'done' });
    expect(server.requests[0]).not.toContain('if-modified-since');
  });

  it('also compares with a date', async () => {
    await using server = await conditionalServer(lastModified);
    expect(await fetchFrom(server, { ifModifiedSince: newer })).toMatchObject({ status: 'unchanged' });
    expect(existsSync(folder.file('x'))).toBe(false);
    const before = new Date(lastModified.getTime() - 1000);
    expect(await fetchFrom(server, { ifModifiedSince: before })).toMatchObject({ status: 'done' });
  });

  it('is unchanged where a server without conditions has nothing newer', async () => {
    await using server = await simpleServer({ 'last-modified': lastModified.toUTCString() });
    have('x', 'old', newer);
    expect(await fetchFrom(server)).toMatchObject({ status: 'unchanged' });
    expect(read('x')).toBe('old');
  });

  it('is done if a server sends no time', async () => {
    await using server = await simpleServer({});
    have('x', 'old', newer);
    expect(await fetchFrom(server)).toMatchObject({ status: 'done' });
    expect(read('x')).toBe('new');
  });

  it('is unchanged by the second source after the first has failed half-way', async () => {
    await using broken = await rawServer((socket) => socket.end(response('200 OK', { 'content-length': 10 }, 'ha')));
    await using server = await conditionalServer(lastModified);
    have('x', 'old');
    const sources = [`${broken.origin}/x`, `${server.origin}/x`];
    const outcome = await fetchFrom(server, { sources, ifModifiedSince: 'local' });
    expect(outcome).toMatchObject({ status: 'unchanged', source: sources[1] });
    expect(outcome.failures.map(({ code }) => code)).toEqual(['truncated']);
    expect(readdirSync(folder.path)).toEqual(['x']);
  });

  it('is an error where a server says so unasked', async () => {
    await using server = await rawServer((socket) => socket.write(response('304 Not Modified', {})));
    expect(errorOf(await fetchFrom(server))).toBe(`http: ${server.host} answered with status 304`);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('works for a file: source', async () => {
    have('source', 'new', newer);
    const request = { sources: [pathToFileURL(folder.file('source'))], to: folder.file('x') };
    have('x', 'old', newer);
    expect(await fetchOne({ ...request, ifModifiedSince: 'local' })).toMatchObject({ status: 'unchanged' });
    have('x', 'old');
    expect(await fetchOne({ ...request, ifModifiedSince: 'local' })).toMatchObject({ status: 'done' });
    expect(read('x')).toBe('new');
  });
});
