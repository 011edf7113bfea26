import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { fileServer, lastModified, type RawServer, rawServer, response } from './kit/server.js';
import { eventually, workerPids } from './kit/worker-pid.js';

const content = 'The quick brown fox jumps over the lazy dog.\n'.repeat(500);
const sha256 = createHash('sha256').update(content).digest('hex');
const time = { 'last-modified': lastModified.toUTCString() };

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const read = (name = 'x'): string => readFileSync(folder.file(name), 'latin1');

function part(text: string): void {
  writeFileSync(folder.file('x.part'), text);
  utimesSync(folder.file('x.part'), lastModified, lastModified);
}

/** A server without ranges that ends each body after some bytes. */
async function rangelessServer(bytes = content.length): Promise<RawServer> {
  return await rawServer((socket) => {
    const headers = { ...time, 'content-length': content.length };
    socket.end(response('200 OK', headers, content.slice(0, bytes)));
  });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a resumed download', () => {
  it('keeps existing content while a server without ranges sends it again', async () => {
    part(content.slice(0, 5000));
    await using broken = await rangelessServer(1000);
    const to = folder.file('x');
    expect(errorOf(await fetchOne({ sources: [`${broken.origin}/x`], to }))).toMatch(/^truncated: /);
    expect(read('x.part')).toBe(content.slice(0, 5000));
    await using longer = await rangelessServer(6000);
    await fetchOne({ sources: [`${longer.origin}/x`], to });
    expect(read('x.part')).toBe(content.slice(0, 6000));
    await using server = await rangelessServer();
    expect(errorOf(await fetchOne({ sources: [`${server.origin}/x`], to, sha256 }))).toBeUndefined();
    expect(read()).toBe(content);
  });

  it('keeps a complete file from a server without ranges, also after an error', async () => {
    part(content);
    const to = folder.file('x');
    await using broken = await rawServer((socket, head) => {
      if (head.includes('range:')) socket.write(response('206 Partial Content', { 'content-length': 0 }));
      else socket.write(response('500 Broken', { 'content-length': 0 }));
    });
    expect(errorOf(await fetchOne({ sources: [`${broken.origin}/x`], to }))).toMatch(/^http: .* 500$/);
    expect(read('x.part')).toBe(content);
    await using server = await rangelessServer();
    expect(await fetchOne({ sources: [`${server.origin}/x`], to, sha256 })).toMatchObject({ status: 'done' });
  });

  it('asks the same server for the whole file if the beginning belongs to another file', async () => {
    part('x'.repeat(1000));
    await using server = await fileServer({ '/x': content });
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), sha256 });
    expect(outcome).toMatchObject({ status: 'done', source: `${server.origin}/x` });
    expect(outcome.failures.map(({ code }) => code)).toEqual(['checksum']);
    expect(server.requests.map((head) => /^range:/im.test(head))).toEqual([true, false]);
    expect(read()).toBe(content);
  });

  it('asks a server once for a file that is wrong as a whole', async () => {
    await using server = await fileServer({ '/x': content.toUpperCase() });
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), sha256 });
    expect(errorOf(outcome)).toMatch(/^checksum: /);
    expect(server.requests).toHaveLength(1);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('asks the second source for the whole file if the first has sent a wrong beginning', async () => {
    await using wrong = await rawServer((socket) => {
      socket.end(response('200 OK', { ...time, 'content-length': content.length }, 'x'.repeat(1000)));
    });
    await using server = await fileServer({ '/x': content });
    const sources = [`${wrong.origin}/x`, `${server.origin}/x`];
    const outcome = await fetchOne({ sources, to: folder.file('x'), sha256 });
    expect(outcome).toMatchObject({ status: 'done', source: sources[1] });
    expect(outcome.failures.map(({ code }) => code)).toEqual(['truncated', 'checksum']);
    expect(read()).toBe(content);
  });

  it('sends the ETag to the server that created it, and to no other', async () => {
    const half = content.length / 2;
    await using server = await rawServer((socket, head) => {
      const isRest = /^range: bytes=/im.test(head);
      const range = { 'content-range': `bytes ${half}-${content.length - 1}/${content.length}` };
      const tag = { etag: '"v-1"' };
      if (isRest) socket.end(response('206 Partial Content', { ...tag, ...range, 'content-length': half }, 'short'));
      else socket.write(response('200 OK', { ...tag, 'content-length': content.length }, content.slice(0, half)));
    });
    await using other = await fileServer({ '/x': content });
    await using fetcher = fetcherFor();
    const sources = [`${server.origin}/x`, `${other.origin}/x`];
    const download = fetcher.download([{ sources, to: folder.file('x') }]);
    const sizeOf = (): number => statSync(folder.file('x.part'), { throwIfNoEntry: false })?.size ?? 0;
    await eventually('the first half', () => sizeOf() >= half);
    for (const pid of workerPids()) process.kill(pid, 'SIGKILL');
    expect((await download).map(errorOf)).toEqual([undefined]);
    expect(server.requests[1]).toContain('if-range: "v-1"');
    expect(other.requests[0]).not.toContain('v-1');
    expect(other.requests[0]).toContain('range: bytes=');
  });
});
