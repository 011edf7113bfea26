import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

import {
  type Authority,
  makeAuthority,
  missing,
  startSocks,
  temporaryFolder,
  type TemporaryFolder,
  type TestSocksOptions,
} from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { FetcherOptions, Outcome } from '../src/request/options.js';
import { errorOf, fetchOne } from './kit/fetch.js';
import { fileServer, rawServer, type RawServer } from './kit/server.js';

let folder: TemporaryFolder;
let authority: Authority;
let plain: RawServer;
/** A host over TLS whose name resolves nowhere. */
let secure: Server;
let count = 0;

beforeAll(async () => {
  folder = temporaryFolder();
  authority = makeAuthority(folder.path);
  plain = await fileServer({ '/x': 'by SOCKS' });
  secure = createServer(authority.issue('behind', 'DNS:files.invalid'), (_, answer) => void answer.end('over TLS'));
  await new Promise<void>((resolve) => {
    secure.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(async () => {
  secure.closeAllConnections();
  secure.close();
  await plain[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});
afterEach(() => vi.unstubAllEnvs());

async function fetchFrom(source: string, options: FetcherOptions = {}): Promise<Outcome> {
  count++;
  const limits = { connectTimeout: 1500, slowWindow: 3000 };
  const fetcher = { certificates: authority.file, limits, ...options };
  return await fetchOne({ sources: [source], to: folder.file(`file-${count}`) }, { fetcher });
}

const text = (): string => readFileSync(folder.file(`file-${count}`), 'utf8');
const proxyOf = async (options: Partial<TestSocksOptions> = {}) => await startSocks({ leadTo: plain.port, ...options });

describe.skipIf(missing('root', 'linux', 'landlock6', 'openssl'))('a SOCKS proxy', () => {
  it.each([
    ['socks5h', 'http://files.invalid/x', '5 files.invalid:80'],
    ['socks4a', 'http://files.invalid:8080/x', '4 files.invalid:8080'],
    ['socks5', 'http://localhost/x', /^5 (?:127\.0\.0\.1|0{31}1):80$/],
    ['socks4', 'http://localhost/x', '4 127.0.0.1:80'],
    ['socks', 'http://127.0.0.1/x', '4 127.0.0.1:80'],
    ['socks5h', 'http://[::1]/x', `5 ${'0'.repeat(31)}1:80`],
    ['socks5', 'http://[2001:db8::a:1]/x', '5 20010db80000000000000000000a0001:80'],
  ])('of %s gets %s as it should', async (scheme, source, seen) => {
    await using proxy = await proxyOf();
    vi.stubEnv('http_proxy', `${scheme}://${proxy.host}`);
    expect(errorOf(await fetchFrom(source))).toBeUndefined();
    expect(text()).toBe('by SOCKS');
    expect(proxy.seen).toEqual([typeof seen === 'string' ? seen : expect.stringMatching(seen)]);
  });

  it('looks up names itself: without it, or with addresses only, the name does not resolve', async () => {
    await using proxy = await proxyOf();
    expect(errorOf(await fetchFrom('http://files.invalid/x', { proxies: false }))).toMatch(/^dns: /);
    for (const scheme of ['socks5', 'socks4']) {
      const proxies = { http: `${scheme}://${proxy.host}` };
      expect(errorOf(await fetchFrom('http://files.invalid/x', { proxies }))).toMatch(/^dns: .*files\.invalid/);
    }
    expect(proxy.seen).toEqual([]);
  });

  it.each(['socks5h', 'socks4a'])(
    'of %s cannot read what is sent over TLS, which is checked as always',
    async (scheme) => {
      const { port } = secure.address() as AddressInfo;
      await using proxy = await proxyOf({ leadTo: port });
      vi.stubEnv('ALL_PROXY', `${scheme}://${proxy.host}`);
      expect(errorOf(await fetchFrom('https://files.invalid/x'))).toBeUndefined();
      expect(text()).toBe('over TLS');
      expect(proxy.seen).toEqual([`${scheme.charAt(5)} files.invalid:443`]);
      expect(errorOf(await fetchFrom('https://other.invalid/x'))).toMatch(/^tls: TLS with other\.invalid failed/);
    },
  );

  it('gets the user and password of its URL, and refuses any others', async () => {
    await using proxy = await proxyOf({ credentials: 'me:p@ss' });
    const ask = async (who: string) =>
      await fetchFrom('http://files.invalid/x', { proxies: { http: `socks5h://${who}${proxy.host}` } });
    expect(errorOf(await ask('me:p%40ss@'))).toBeUndefined();
    expect(proxy.seen).toEqual(['5 files.invalid:80 me']);
    const refusal = `proxy: The proxy ${proxy.host} requires valid credentials (status 407)`;
    expect([errorOf(await ask('me:geheim@')), errorOf(await ask(''))]).toEqual([refusal, refusal]);
    expect(errorOf(await ask(`me:${'x'.repeat(256)}@`))).toMatch(/^proxy: SOCKS permits at most 255 bytes/);
    expect(proxy.seen).toHaveLength(1);
  });

  it.each([
    ['socks5h', 2, /^proxy: The proxy 127\.0\.0\.1:\d+ does not allow connections to files\.invalid:80$/],
    ['socks5h', 4, /^connect: The proxy could not connect to files\.invalid:80: the host is unreachable$/],
    ['socks5h', 1, /^connect: .*SOCKS reply 1$/],
    ['socks4a', 1, /^connect: .*files\.invalid:80: SOCKS reply 91$/],
  ])('of %s that replies %d is distinguished from a failing host', async (scheme, reply, message) => {
    await using proxy = await proxyOf({ reply });
    expect(
      errorOf(await fetchFrom('http://files.invalid/x', { proxies: { http: `${scheme}://${proxy.host}` } })),
    ).toMatch(message);
  });

  it.each([
    [
      'speaks HTTP',
      Buffer.from('HTTP/1.1 400 Bad\r\n\r\n'),
      /^proxy: The proxy .* does not speak this version of SOCKS$/,
    ],
    ['says nothing', Buffer.alloc(0), /^proxy: The proxy failed: .* closed the connection/],
    ['stops in the middle', Buffer.from([5, 0, 5]), /^proxy: The proxy failed: .* closed the connection/],
  ])('that %s is named', async (_, says, message) => {
    await using proxy = await proxyOf({ says });
    expect(
      errorOf(await fetchFrom('http://files.invalid/x', { proxies: { http: `socks5h://${proxy.host}` } })),
    ).toMatch(message);
  });

  it('that sends an answer before the request is not asked endlessly', async () => {
    const early = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nevil!';
    await using all = await proxyOf({
      says: Buffer.concat([Buffer.from([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.from(early)]),
    });
    const fetchBy = async (host: string) =>
      errorOf(await fetchFrom('http://files.invalid/x', { proxies: { http: `socks5h://${host}` } }));
    expect(await fetchBy(all.host)).toMatch(/^proxy: The proxy .* sent more than it was asked for$/);
    // The same behind the words of the proxy.
    const server = createTcpServer((socket) => socket.on('error', () => {}).write(early));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    await using behind = await proxyOf({ leadTo: (server.address() as AddressInfo).port });
    expect(await fetchBy(behind.host)).toMatch(
      /^proxy: .*(?:sent more than it was asked for|close before a request is sent)$/,
    );
    expect(behind.seen.length).toBeLessThan(10);
    server.close();
  });

  it('that does not listen or answer fails in time, and the host is not asked directly', async () => {
    const before = plain.requests.length;
    const proxies = { http: 'socks5h://127.0.0.1:1' };
    expect(errorOf(await fetchFrom(`${plain.origin}/x`, { proxies }))).toMatch(
      /^proxy: The proxy failed: Could not connect/,
    );
    await using silent = await rawServer(() => {});
    const other = { http: `socks5h://${silent.host}` };
    expect(errorOf(await fetchFrom(`${plain.origin}/x`, { proxies: other }))).toMatch(
      /^proxy: .*did not answer in 1\.5 seconds$/,
    );
    expect(plain.requests).toHaveLength(before);
  });
});
