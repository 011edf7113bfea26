import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { fileServer, lastModified, rawServer, response } from './kit/server.js';

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(500);
const sha256 = createHash('sha256').update(content).digest('hex');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const read = (name: string): string => readFileSync(folder.file(name), 'latin1');

describe.skipIf(missing('root', 'linux', 'landlock6'))('a download', () => {
  it('gets a file its content, mode and time, under every layer', async () => {
    await using server = await fileServer({ '/x': content });
    await using fetcher = fetcherFor();
    const to = folder.file('x');
    const progress: number[] = [];
    const sources = [`${server.origin}/x`];
    const outcomes = await fetcher.download([{ sources, to, sha256, size: content.length, mode: 0o640 }], {
      onProgress: ({ overall }) => progress.push(overall.received),
    });
    expect(outcomes).toEqual([
      { status: 'done', to, failures: [], source: sources[0], size: content.length, lastModified },
    ]);
    expect(read('x')).toBe(content);
    expect(statSync(to)).toMatchObject({ mode: 0o100640, mtime: lastModified, uid: 0 });
    expect(readdirSync(folder.path)).toEqual(['x']);
    expect(progress.at(-1)).toBe(content.length);
    expect(fetcher.enforcement?.status).toBe('full');
    const { verified, features } = fetcher.enforcement ?? {};
    expect(verified).toMatchObject({ uid: [65_534, 65_534, 65_534, 65_534], noNewPrivs: true, seccomp: 2 });
    expect(verified?.capBnd).toEqual([]);
    for (const layer of ['privdrop', 'caps', 'landlock', 'seccomp']) {
      expect(features?.filter((line) => line.layer === layer).map(({ state }) => state)).toContain('enforced');
    }
  });

  it('takes a batch over few connections', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `file-${index}`);
    await using server = await fileServer(Object.fromEntries(names.map((name) => [`/${name}`, name])));
    await using fetcher = fetcherFor({ parallel: 3 });
    const requests = names.map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) }));
    const outcomes = await fetcher.download(requests);
    expect(outcomes.map(({ status }) => status)).toEqual(names.map(() => 'done'));
    for (const name of names) expect(read(name)).toBe(name);
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  it('takes a batch larger than one worker holds', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `file-${index}`);
    await using server = await fileServer(Object.fromEntries(names.map((name) => [`/${name}`, name])));
    await using fetcher = fetcherFor();
    const requests = names.map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) }));
    expect((await fetcher.download(requests)).filter(({ status }) => status !== 'done')).toEqual([]);
    for (const name of names) expect(read(name)).toBe(name);
  });

  it('goes to the next source, and reports the reason', async () => {
    await using empty = await fileServer({});
    await using server = await fileServer({ '/x': content });
    const sources = ['http://127.0.0.1:1/x', `http://me:secret@${empty.host}/x`, `${server.origin}/x`];
    const outcome = await fetchOne({ sources, to: folder.file('x') });
    expect(outcome).toMatchObject({ status: 'done', source: sources[2] });
    expect(outcome.failures.map(({ code, host, status }) => [code, host, status])).toEqual([
      ['connect', '127.0.0.1:1', undefined],
      ['http', empty.host, 404],
    ]);
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it('goes to the next source if the checksum is wrong', async () => {
    await using wrong = await fileServer({ '/x': content.toUpperCase() });
    await using server = await fileServer({ '/x': content });
    const sources = [`${wrong.origin}/x`, `${server.origin}/x`];
    const outcome = await fetchOne({ sources, to: folder.file('x'), sha256 });
    expect(outcome.failures.map(({ code, host }) => [code, host])).toEqual([['checksum', wrong.host]]);
    expect(read('x')).toBe(content);
    const bad = await fetchOne({ sources: [`${wrong.origin}/x`], to: folder.file('y'), sha256 });
    expect(errorOf(bad)).toMatch(/^checksum: 127/);
    expect(readdirSync(folder.path)).toEqual(['x']);
  });

  it('calls an optional file absent, and another one failed', async () => {
    await using server = await fileServer({});
    const request = { sources: [`${server.origin}/x.sig`], to: folder.file('x.sig') };
    expect(await fetchOne({ ...request, optional: true })).toMatchObject({ status: 'absent' });
    expect(errorOf(await fetchOne(request))).toBe(`http: ${server.host} answered with status 404`);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('replaces a symbolic link instead of following it, and refuses a directory', async () => {
    await using server = await fileServer({ '/x': content });
    const request = { sources: [`${server.origin}/x`], to: folder.file('folder') };
    const { mkdirSync, symlinkSync } = await import('node:fs');
    mkdirSync(folder.file('folder'));
    expect(errorOf(await fetchOne(request))).toMatch(/^file: .*could not be finished: it is a directory \(EISDIR\)/);
    symlinkSync('/etc/passwd', folder.file('x.part'));
    expect(errorOf(await fetchOne({ ...request, to: folder.file('x') }))).toMatch(/^file: .*ELOOP/);
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a resumed download', () => {
  const part = (text: string, time: Date): void => {
    writeFileSync(folder.file('x.part'), text);
    utimesSync(folder.file('x.part'), time, time);
  };

  it('resumes after the content that the server confirms', async () => {
    await using server = await fileServer({ '/x': content });
    part(content.slice(0, 1000), lastModified);
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') });
    expect(outcome.status).toBe('done');
    expect(read('x')).toBe(content);
    expect(server.requests.join('\n')).toContain('range: bytes=1000-');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['another time of change', (text: string) => part(text, new Date('2020-01-01T00:00:00Z')), 1],
    ['a change after its last byte', (text: string) => part(text, new Date('2020-01-01T00:00:00.5Z')), 2],
  ])('starts again after %s', async (_, make, requests) => {
    await using server = await fileServer({ '/x': content });
    make('x'.repeat(1000));
    expect(await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') })).toMatchObject({ status: 'done' });
    expect(read('x')).toBe(content);
    expect(server.requests).toHaveLength(requests);
  });

  it('takes a complete file as it is', async () => {
    await using server = await fileServer({ '/x': content });
    part(content, lastModified);
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), sha256 });
    expect(outcome).toMatchObject({ status: 'done', size: content.length });
    expect(server.requests).toHaveLength(1);
  });

  it('starts again if the server sends another range, or a shorter file', async () => {
    await using server = await rawServer((socket, head) => {
      const range = { 'content-range': `bytes 5-9/10`, 'content-length': 5 };
      if (head.includes('range:')) socket.write(response('206 Partial Content', range, '56789'));
      else socket.write(response('200 OK', { 'content-length': 10 }, '0123456789'));
    });
    part('abc', lastModified);
    await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') });
    expect(read('x')).toBe('0123456789');
  });

  it('leaves received bytes with the time of the server, and resumes with the next call', async () => {
    await using broken = await rawServer((socket) => {
      const headers = { 'content-length': content.length, 'last-modified': lastModified.toUTCString() };
      socket.end(response('200 OK', headers, content.slice(0, 1000)));
    });
    await using server = await fileServer({ '/x': content });
    const to = folder.file('x');
    expect(errorOf(await fetchOne({ sources: [`${broken.origin}/x`], to }))).toMatch(/^truncated: /);
    expect(existsSync(to)).toBe(false);
    expect(statSync(`${to}.part`)).toMatchObject({ size: 1000, mtime: lastModified });
    await fetchOne({ sources: [`${server.origin}/x`], to });
    expect(server.requests.join('\n')).toContain('range: bytes=1000-');
    expect(read('x')).toBe(content);
  });

  it('does not resume on request', async () => {
    await using server = await fileServer({ '/x': content });
    part(content.slice(0, 1000), lastModified);
    await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), resume: false });
    expect(server.requests.join('\n')).not.toContain('range:');
    expect(read('x')).toBe(content);
  });
});
