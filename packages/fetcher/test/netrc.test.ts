import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, lchownSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { FetcherOptions, Outcome } from '../src/request/options.js';
import { errorOf, fetchOne } from './kit/fetch.js';
import { type RawServer, rawServer, response } from './kit/server.js';

let folder: TemporaryFolder;
let server: RawServer;
let other: RawServer;
beforeEach(async () => {
  folder = temporaryFolder();
  other = await rawServer((socket) => socket.write(response('200 OK', { 'content-length': 4 }, 'away')));
  server = await rawServer((socket, head) => {
    const location = head.includes('/away') ? `${other.origin}/x` : '/x';
    if (head.includes('GET /x')) socket.write(response('200 OK', { 'content-length': 4 }, 'good'));
    else socket.write(response('302 Found', { location, 'content-length': 0 }));
  });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function write(text: string, name = 'netrc', mode = 0o600): string {
  writeFileSync(folder.file(name), text);
  chmodSync(folder.file(name), mode);
  return folder.file(name);
}

/** The user and the password in the head of a request. */
function sentIn(head: string | undefined): string | undefined {
  const [, encoded] = /^authorization: basic (.*)$/im.exec(head ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

async function fetchFrom(source: string, options: FetcherOptions): Promise<Outcome> {
  const fetcher = { redirectPorts: [other.port], proxies: false, ...options } as const;
  return await fetchOne({ sources: [source], to: folder.file('x') }, { fetcher });
}

const good = 'machine 127.0.0.1 login me password "geh%41eim:ä @"';

describe.skipIf(missing('root', 'linux', 'landlock6'))('a netrc file', () => {
  it('has the credentials of a host, which are never shown', async () => {
    const outcome = await fetchFrom(`${server.origin}/x`, { netrc: write(good) });
    expect(outcome).toMatchObject({ status: 'done', source: `${server.origin}/x` });
    expect(JSON.stringify(outcome)).not.toMatch(/geh|me:/);
    expect(sentIn(server.requests[0])).toBe('me:geh%41eim:ä @');
  });

  it('is that of the environment, or the one in the home directory, and may be omitted', async () => {
    vi.stubEnv('NETRC', '');
    vi.stubEnv('HOME', folder.path);
    expect(errorOf(await fetchFrom(`${server.origin}/x`, {}))).toBeUndefined();
    write('machine 127.0.0.1 login home password x', '.netrc');
    await fetchFrom(`${server.origin}/x`, {});
    vi.stubEnv('NETRC', write('machine 127.0.0.1 login named password x'));
    await fetchFrom(`${server.origin}/x`, {});
    await fetchFrom(`${server.origin}/x`, { netrc: false });
    expect(server.requests.map(sentIn)).toEqual([undefined, 'home:x', 'named:x', undefined]);
  });

  it('applies to its host only, not to the target of a redirect', async () => {
    const netrc = write(`${good}\ndefault login any password x`);
    await fetchFrom(`${server.origin}/moved`, { netrc });
    await fetchFrom(`${server.origin}/away`, { netrc });
    expect(server.requests.map(sentIn)).toEqual(Array.from({ length: 3 }, () => 'me:geh%41eim:ä @'));
    await fetchFrom(`http://localhost:${other.port}/x`, { netrc });
    expect(other.requests.map(sentIn)).toEqual([undefined, undefined]);
  });

  it('is not used if a URL has a password, and only for the user of a URL if it has one', async () => {
    const netrc = write(`${good}\nmachine 127.0.0.1 login you password yours`);
    for (const user of ['own:word@', 'you@', 'nobody@']) {
      await fetchFrom(`${server.origin.replace('//', `//${user}`)}/x`, { netrc });
    }
    expect(server.requests.map(sentIn)).toEqual(['own:word', 'you:yours', 'nobody:']);
  });

  it('that is open to other users, or belongs to one, is refused if it would be used', async () => {
    const open = write(good, 'open', 0o640);
    const foreign = write(good, 'foreign');
    chownSync(foreign, 65_534, 0);
    for (const [netrc, why] of [
      [open, /has a password for 127\.0\.0\.1:\d+ and is open to others$/],
      [foreign, /has a password for 127\.0\.0\.1:\d+ and belongs to uid 65534$/],
    ] as const) {
      const refused = fetchFrom(`${server.origin}/x`, { netrc });
      await expect(refused).rejects.toMatchObject({ code: 'invalid-request', message: why });
    }
    expect(server.requests).toEqual([]);
    await fetchFrom(`${other.origin.replace('127.0.0.1', 'localhost')}/x`, { netrc: open });
    expect(other.requests.map(sentIn)).toEqual([undefined]);
  });

  it('that cannot be read is refused, and its content is not shown', async () => {
    execFileSync('mkfifo', [folder.file('pipe')]);
    for (const [netrc, why] of [
      [folder.file('none'), /ENOENT$/],
      [folder.path, /no regular file$/],
      // Nobody is waited for.
      [folder.file('pipe'), /no regular file$/],
      [write('machine a password "geheim'), /line 1: a quotation mark is not closed/],
      [write('# '.repeat(40_000), 'large'), /more than 65536 bytes/],
    ] as const) {
      const error: unknown = await fetchFrom(`${server.origin}/x`, { netrc }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'invalid-request', message: why });
      expect(String(error)).not.toContain('geheim');
    }
  });

  it("is refused if a neighbour's link leads to it", async () => {
    const own = write(good, 'own');
    const link = folder.file('link');
    symlinkSync(own, link);
    await fetchFrom(`${server.origin}/x`, { netrc: link });
    lchownSync(link, 65_534, 65_534);
    const refused = fetchFrom(`${server.origin}/x`, { netrc: link });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('a symbolic link of uid 65534 leads to a file of uid 0') as string,
    });
    expect(server.requests.map(sentIn)).toEqual(['me:geh%41eim:ä @']);
  });

  it('is read from a descriptor that the caller passed', async () => {
    const opened = openSync(write(good, 'own'), 'r');
    await fetchFrom(`${server.origin}/x`, { netrc: `/dev/fd/${opened}` });
    closeSync(opened);
    expect(server.requests.map(sentIn)).toEqual(['me:geh%41eim:ä @']);
  });

  it
    .skipIf(missing('curl'))
    .each([
      'machine 127.0.0.1 login a password b',
      'machine 127.0.0.1\nlogin a\npassword b\n',
      'machine other login x password y\nmachine 127.0.0.1 login a password b',
      'machine 127.0.0.1 login a password b\nmachine 127.0.0.1 login c password d',
      '# machine 127.0.0.1 login x password y\nmachine 127.0.0.1 login a password b',
      'machine 127.0.0.1 login "a b" password "c\\"d\\\\e"',
      'macdef init\nmachine 127.0.0.1 login x password y\n\nmachine 127.0.0.1 login a password b',
      'machine 127.0.0.1 account x login a password b',
      'machine 127.0.0 login a password b',
      '',
    ])('is read as curl reads it: %j', async (text) => {
    const netrc = write(`${text}\n`);
    await promisify(execFile)('curl', ['--disable', '--silent', '--netrc-file', netrc, `${server.origin}/x`]);
    await fetchFrom(`${server.origin}/x`, { netrc });
    const [byCurl, byUs] = server.requests.map(sentIn);
    expect(byUs).toBe(byCurl);
    expect(server.requests).toHaveLength(2);
  });
});
