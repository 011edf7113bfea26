import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

import { type Authority, makeAuthority, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type { FetcherOptions, Outcome } from '../src/request/options.js';
import { errorOf, fetcherFor, fetchOne } from './kit/fetch.js';
import { startProxy, type TestProxy } from './kit/proxy.js';
import { fileServer, rawServer, response } from './kit/server.js';

const content = 'by the proxy';
const credentials = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

let folder: TemporaryFolder;
let count = 0;
let authority: Authority;
let certificates: string;
/** The host behind the tunnels. Its name resolves nowhere: who asks for it directly fails. */
let secure: Server;
const seenBehind: (string | undefined)[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  authority = makeAuthority(folder.path);
  certificates = authority.file;
  secure = createServer(authority.issue('behind', 'DNS:files.invalid'), (request, answer) => {
    seenBehind.push(request.headers['proxy-authorization']);
    answer.end('behind the tunnel');
  });
  await new Promise<void>((resolve) => {
    secure.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => {
  secure.closeAllConnections();
  secure.close();
  folder[Symbol.dispose]();
});
afterEach(() => vi.unstubAllEnvs());

const fileAt = (): string => folder.file(`file-${count}`);

async function fetchFrom(source: string, options: FetcherOptions = {}): Promise<Outcome> {
  count++;
  const limits = { connectTimeout: 1500, slowWindow: 3000 };
  return await fetchOne({ sources: [source], to: fileAt() }, { fetcher: { certificates, limits, ...options } });
}

const text = (): string => readFileSync(fileAt(), 'utf8');

describe.skipIf(missing('root', 'linux', 'landlock6', 'openssl'))('a proxy', () => {
  let proxy: TestProxy;
  beforeEach(async () => {
    const { port } = secure.address() as AddressInfo;
    proxy = await startProxy({ content, tunnelTo: port });
  });
  afterEach(async () => await proxy[Symbol.asyncDispose]());

  it('is asked for http instead of the host', async () => {
    vi.stubEnv('http_proxy', proxy.origin);
    const outcome = await fetchFrom('http://files.invalid/a?b');
    expect(errorOf(outcome)).toBeUndefined();
    expect(outcome).toMatchObject({ source: 'http://files.invalid/a?b' });
    expect(text()).toBe(content);
    expect(proxy.seen).toEqual(['GET http://files.invalid/a?b']);
  });

  it('is asked for each host over a separate connection: bytes after an answer reach no other host', async () => {
    await using relay = await rawServer((socket, head) =>
      socket.write(response('200 OK', { 'content-length': 4 }, head.includes('//a.invalid/') ? 'of a' : 'of b')),
    );
    await using fetcher = fetcherFor({ proxies: { http: relay.origin }, parallel: 1 });
    const names = ['a', 'b', 'a'];
    const requests = names.map((name, index) => ({
      sources: [`http://${name}.invalid/x`],
      to: folder.file(`shared-${index}`),
    }));
    expect(await fetcher.download(requests)).toMatchObject(names.map(() => ({ status: 'done' })));
    expect(names.map((_, index) => readFileSync(folder.file(`shared-${index}`), 'utf8'))).toEqual(
      names.map((name) => `of ${name}`),
    );
    // The second of a's goes over the first's.
    expect(relay.connections()).toBe(2);
  });

  it('opens a tunnel for https, and cannot read its content', async () => {
    vi.stubEnv('HTTPS_PROXY', proxy.origin.replace('//', '//me:geheim@'));
    expect(errorOf(await fetchFrom('https://files.invalid/x'))).toBeUndefined();
    expect(text()).toBe('behind the tunnel');
    expect(proxy.seen).toEqual([`CONNECT files.invalid:443 ${credentials('me:geheim')}`]);
    expect(seenBehind.at(-1)).toBeUndefined();
  });

  it.each([
    ['http', 'http://files.invalid/x', 'GET http://files.invalid/x'],
    ['https', 'https://files.invalid/x', 'CONNECT files.invalid:443'],
  ])('may itself be asked over TLS, for %s', async (_, source, seen) => {
    const { port } = secure.address() as AddressInfo;
    const certificate = authority.issue('proxy', 'IP:127.0.0.1');
    await using over = await startProxy({ content, tunnelTo: port, certificate });
    const proxies = { http: over.origin, https: over.origin };
    expect(errorOf(await fetchFrom(source, { proxies }))).toBeUndefined();
    expect(over.seen).toEqual([seen]);
    expect(errorOf(await fetchFrom(source, { proxies, certificates: '/etc/ssl/certs/ca-certificates.crt' }))).toMatch(
      /^proxy: .*TLS with 127\.0\.0\.1:\d+ failed/,
    );
  });

  it('gets its own credentials and passes on those of the host', async () => {
    const http = proxy.origin.replace('//', '//me@');
    expect(errorOf(await fetchFrom('http://user:word@files.invalid/x', { proxies: { http } }))).toBeUndefined();
    expect(proxy.seen).toEqual([`GET http://files.invalid/x ${credentials('me:')}`]);
  });

  it('is bypassed if no_proxy or the caller says so', async () => {
    vi.stubEnv('http_proxy', proxy.origin);
    await using server = await fileServer({ '/x': 'direct' });
    expect(errorOf(await fetchFrom(`${server.origin}/x`, { proxies: false }))).toBeUndefined();
    vi.stubEnv('no_proxy', '127.0.0.0/8');
    expect(errorOf(await fetchFrom(`${server.origin}/x`))).toBeUndefined();
    expect(text()).toBe('direct');
    expect(proxy.seen).toEqual([]);
  });

  it('named by HTTP_PROXY is not taken: a web server sets that for its clients', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.origin);
    await using server = await fileServer({ '/x': 'direct' });
    expect(errorOf(await fetchFrom(`${server.origin}/x`))).toBeUndefined();
    expect(proxy.seen).toEqual([]);
  });

  it('is asked for the target of a redirect, and is never a target itself', async () => {
    await using server = await rawServer((socket, head) => {
      const location = head.includes('/away') ? 'http://files.invalid:80/x' : `http://127.0.0.1:${proxy.port}/x`;
      socket.write(response('302 Found', { location, 'content-length': 0 }));
    });
    const options = { proxies: { http: proxy.origin, except: ['127.0.0.1'] }, redirectPorts: [80] };
    expect(errorOf(await fetchFrom(`${server.origin}/away`, options))).toBeUndefined();
    expect(text()).toBe(content);
    expect(errorOf(await fetchFrom(`${server.origin}/back`, options))).toMatch(/^redirect: .*which is not allowed/);
    expect(proxy.seen).toEqual(['GET http://files.invalid/x']);
  });

  it('may answer with a redirect from http to https, on their usual ports', async () => {
    await using plain = await rawServer((socket) => {
      socket.write(response('301 Moved', { location: 'https://files.invalid/x', 'content-length': 0 }));
    });
    const proxies = { http: plain.origin, https: proxy.origin };
    expect(errorOf(await fetchFrom('http://files.invalid/x', { proxies }))).toBeUndefined();
    expect(text()).toBe('behind the tunnel');
    const none = await fetchFrom('http://files.invalid/x', { proxies, redirectPorts: [] });
    expect(errorOf(none)).toMatch(/^redirect: .* port 443, which is not allowed/);
  });

  it('that cannot be used is refused before any download, and not shown', async () => {
    vi.stubEnv('all_proxy', 'ftp://me:geheim@127.0.0.1:1');
    const error: unknown = await fetchFrom('http://files.invalid/x').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid-request', message: /^Only http, https and SOCKS proxies.*ftp$/ });
    expect(readdirSync(folder.path)).not.toContain(`file-${count}.part`);
    await expect(fetchFrom('http://x/', { proxies: { http: 'http://geheim:99999' } })).rejects.toThrow(
      /not a valid URL$/,
    );
  });
});

const ways: readonly (readonly [name: string, answer: (socket: Socket) => void, http: RegExp, https: RegExp])[] = [
  [
    'wants credentials',
    (socket) => socket.end(response('407 Who', { 'content-length': 4, 'proxy-authenticate': 'Basic' }, 'who?')),
    /^proxy: The proxy 127\.0\.0\.1:\d+ requires valid credentials/,
    /^proxy: The proxy 127\.0\.0\.1:\d+ requires valid credentials/,
  ],
  [
    'says no',
    (socket) => socket.end(response('403 No', { 'content-length': 2 }, 'no')),
    /^http: .*403/,
    /^proxy: .*refuses \(status 403\)/,
  ],
  [
    'finds no host',
    (socket) => socket.end(response('503 No', { 'content-length': 2 }, 'no')),
    /^http: .*503/,
    /^connect: The proxy could not connect to files\.invalid:443 \(503\)/,
  ],
  ['says garbage', (socket) => socket.end('garbage\r\n\r\n'), /^protocol: /, /^proxy: .*does not speak valid HTTP/],
  ['closes', (socket) => socket.end(), /^truncated: /, /^proxy: .*closed/],
  ['resets', (socket) => socket.resetAndDestroy(), /^truncated: /, /^proxy: .*closed/],
  ['says nothing', () => {}, /^too-slow: /, /^proxy: .*sent nothing for too long/],
  [
    'has endless headers',
    (socket) => socket.end(response('200 OK', { 'x-a': 'x'.repeat(1_000_000) })),
    /^protocol: /,
    /^proxy: /,
  ],
  [
    'opens no tunnel but says so',
    (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhello, this is no TLS at all'),
    /^protocol: .*no valid length/,
    /^tls: /,
  ],
];

describe.skipIf(missing('root', 'linux', 'landlock6', 'openssl'))('a proxy that', () => {
  it.each(ways)('%s', async (_, answer, http, https) => {
    await using bad = await rawServer(answer);
    const origin = bad.origin.replace('//', '//me:geheim@');
    const proxies = { http: origin, https: origin };
    for (const [scheme, expected] of [
      ['http', http],
      ['https', https],
    ] as const) {
      const outcome = await fetchFrom(`${scheme}://files.invalid/x`, { proxies });
      expect(errorOf(outcome)).toMatch(expected);
      expect(JSON.stringify(outcome)).not.toContain('geheim');
    }
    expect(readdirSync(folder.path)).not.toContain(`file-${count}`);
  });

  it('does not listen', async () => {
    const proxies = { http: 'http://127.0.0.1:1', https: 'http://nowhere.invalid:3128' };
    expect(errorOf(await fetchFrom('http://files.invalid/x', { proxies }))).toMatch(/^proxy: .*Could not connect/);
    expect(errorOf(await fetchFrom('https://files.invalid/x', { proxies }))).toMatch(/^proxy: .*resolve.*nowhere/);
  });
});
