import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';

import {
  type Authority,
  inLong,
  makeAuthority,
  missing,
  runProgram,
  silentResolver,
  startSocks,
  temporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program, runFetch } from './kit/fetch-program.js';
import { type Mirror, serveChanged, startMirror } from './kit/mirror.js';

const content = randomBytes(50_000);
const files = { '/x': content };
const folder = temporaryFolder();
let authority: Authority;
let count = 0;
const past = ['-not_before', '20200101000000Z', '-not_after', '20200201000000Z'];

/** Downloads a URL into a new file and tells what came. */
async function fetch(url: string, options: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const file = folder.file(`x${count++}.part`);
  const result = await runFetch(['--config', folder.file('pacman.conf'), '-o', file, ...options, url], env);
  return { ...result, isWhole: result.status === 0 && readFileSync(file).equals(content) };
}

beforeAll(() => {
  writeFileSync(folder.file('pacman.conf'), '[options]\nDownloadUser = nobody\n');
  authority = makeAuthority(folder.path);
});
afterAll(() => folder[Symbol.dispose]());

describe.skipIf(missing('root', 'linux', 'openssl'))('https', () => {
  it('is trusted by the given certificates and by nothing else', async () => {
    await using mirror = await startMirror(files, {}, authority.issue('good', 'IP:127.0.0.1'));
    expect(await fetch(`${mirror.origin}/x`, ['--cacert', authority.file])).toMatchObject({ isWhole: true });
    const untrusted = await fetch(`${mirror.origin}/x`);
    expect(untrusted.status).toBe(1);
    expect(untrusted.stderr).toMatch(
      /from 127\.0\.0\.1:\d+ : TLS failed: its certificate is from an authority that is not trusted; .* \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    );
  });

  it('takes no certificate of another host', async () => {
    await using mirror = await startMirror(files, {}, authority.issue('other', 'DNS:example.org'));
    const { status, stderr } = await fetch(`${mirror.origin}/x`, ['--cacert', authority.file]);
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('takes no expired certificate', async () => {
    await using mirror = await startMirror(files, {}, authority.issue('expired', 'IP:127.0.0.1', past));
    const { status, stderr } = await fetch(`${mirror.origin}/x`, ['--cacert', authority.file]);
    expect(status).toBe(1);
    expect(stderr).toContain('CERT_HAS_EXPIRED');
  });

  it('is not weakened by the environment', async () => {
    await using mirror = await startMirror(files, {}, authority.issue('env', 'IP:127.0.0.1'));
    const env = {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_EXTRA_CA_CERTS: authority.file,
      SSL_CERT_FILE: authority.file,
    };
    const { status, stderr } = await fetch(`${mirror.origin}/x`, [], env);
    expect(status).toBe(1);
    expect(stderr).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('never goes on as http', async () => {
    await using plain = await startMirror(files);
    await using mirror = await startMirror(
      {},
      { '/down': (_request, response) => response.writeHead(302, { location: `${plain.origin}/x` }).end() },
      authority.issue('down', 'IP:127.0.0.1'),
    );
    const { status, stderr } = await fetch(`${mirror.origin}/down`, ['--cacert', authority.file]);
    expect(status).toBe(1);
    expect(stderr).toContain('redirects from https to http');
    expect(plain.requests).toHaveLength(0);
  });

  it('trusts the same certificates after a redirect, and when it has to begin again', async () => {
    await using mirror = await startMirror(
      files,
      {
        '/moved': (_request, response) => response.writeHead(302, { location: '/x' }).end(),
        '/changed': serveChanged(content, new Date('2036-01-01T00:00:00Z')),
      },
      authority.issue('again', 'IP:127.0.0.1'),
    );
    expect(await fetch(`${mirror.origin}/moved`, ['--cacert', authority.file])).toMatchObject({ isWhole: true });
    writeFileSync(folder.file(`x${count}.part`), 'an older start');
    expect(await fetch(`${mirror.origin}/changed`, ['--cacert', authority.file])).toMatchObject({ isWhole: true });
    expect(mirror.requests).toHaveLength(4);
  });

  it('takes no file without certificates for trust in everyone', async () => {
    await using mirror = await startMirror(files, {}, authority.issue('empty', 'IP:127.0.0.1'));
    writeFileSync(folder.file('empty.pem'), '\n');
    const { status, stderr } = await fetch(`${mirror.origin}/x`, ['--cacert', folder.file('empty.pem')]);
    expect(status).toBe(1);
    expect(stderr).toContain('The certificate file does not contain a certificate');
  });

  it('says which certificates can not be read', async () => {
    const { status, stderr } = await fetch('https://127.0.0.1:1/x', ['--cacert', '/nonexistent.pem']);
    expect(status).toBe(2);
    expect(stderr).toContain('certificates /nonexistent.pem');
  });
});

describe.skipIf(missing('root', 'linux'))('credentials', () => {
  it('go to their own origin, and are never shown', async () => {
    await using other = await startMirror(files);
    await using mirror = await startMirror(files, {
      '/away': (_request, response) => response.writeHead(302, { location: `${other.origin}/x` }).end(),
    });
    const ports = `SandboxPorts = ${new URL(other.origin).port}`;
    writeFileSync(folder.file('pacman.conf'), `[options]\nDownloadUser = nobody\n${ports}\n`);
    const withSecret = (path: string) => mirror.origin.replace('//', '//user:geheim@') + path;
    expect(await fetch(withSecret('/x'))).toMatchObject({ isWhole: true });
    const authorization = `Basic ${Buffer.from('user:geheim').toString('base64')}`;
    expect(mirror.requests.at(-1)?.headers.authorization).toBe(authorization);
    expect(await fetch(withSecret('/away'))).toMatchObject({ isWhole: true });
    expect(mirror.requests.at(-1)?.headers.authorization).toBe(authorization);
    expect(other.requests.at(-1)?.headers.authorization).toBeUndefined();
    const invalid = await fetch('http://user:geheim@127.0.0.1:99999/x');
    expect(invalid).toMatchObject({ status: 2 });
    expect(invalid.stderr).not.toContain('geheim');
    const odd = mirror.origin.replace('//', '//%zz:%@');
    expect(await fetch(`${odd}/x`)).toMatchObject({ isWhole: true });
    const { stderr } = await fetch(withSecret('/absent'));
    expect(stderr).toContain('404');
    expect(stderr).not.toContain('geheim');
  });
});

/** A proxy that forwards plain http to a mirror and tunnels CONNECT to any port of loopback. */
async function startProxy(
  target: Mirror,
): Promise<{ readonly url: string; readonly seen: string[]; readonly server: Server }> {
  const seen: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    response.writeHead(200, { 'content-length': content.length }).end(content);
  });
  server.on('connect', (request: IncomingMessage, client) => {
    seen.push(`CONNECT ${request.url}`);
    const upstream = connect(Number(new URL(target.origin).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const stream of [client, upstream]) stream.on('error', () => stream.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

describe.skipIf(missing('root', 'linux', 'openssl'))('a proxy', () => {
  let mirror: Mirror;
  let secure: Mirror;
  let proxy: Awaited<ReturnType<typeof startProxy>>;

  beforeAll(async () => {
    mirror = await startMirror(files);
    secure = await startMirror(files, {}, authority.issue('proxied', 'IP:127.0.0.1'));
    proxy = await startProxy(secure);
  });
  afterAll(async () => {
    proxy.server.closeAllConnections();
    proxy.server.close();
    await mirror[Symbol.asyncDispose]();
    await secure[Symbol.asyncDispose]();
  });

  it.each(['http_proxy', 'all_proxy'])('named by %s is asked for http', async (name) => {
    proxy.seen.length = 0;
    expect(await fetch(`${mirror.origin}/x`, [], { [name]: proxy.url })).toMatchObject({ isWhole: true });
    expect(proxy.seen).toEqual([`GET ${mirror.origin}/x`]);
    expect(mirror.requests).toHaveLength(0);
  });

  it.each(['https_proxy', 'all_proxy'])('named by %s is a tunnel for https', async (name) => {
    proxy.seen.length = 0;
    const options = ['--cacert', authority.file];
    expect(await fetch(`${secure.origin}/x`, options, { [name]: proxy.url })).toMatchObject({ isWhole: true });
    expect(proxy.seen).toEqual([`CONNECT ${secure.host}`]);
  });

  it('without a scheme is an http one', async () => {
    proxy.seen.length = 0;
    const env = { https_proxy: proxy.url.replace('http://', '') };
    const options = ['--cacert', authority.file];
    expect(await fetch(`${secure.origin}/x`, options, env)).toMatchObject({ isWhole: true });
    expect(proxy.seen).toEqual([`CONNECT ${secure.host}`]);
  });

  // Ten seconds of waiting.
  inLong(() => {
    it('that never opens its tunnel is given up, even without a time-out for the download', async () => {
      const silent = createTcpServer();
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve);
      });
      const { port } = silent.address() as AddressInfo;
      const env = { https_proxy: `http://127.0.0.1:${port}` };
      const { status, stderr } = await fetch(`${secure.origin}/x`, ['--disable-download-timeout'], env);
      expect(status).toBe(1);
      expect(stderr).toContain('sent nothing for too long');
      silent.close();
    });
  });

  it('gets its own credentials', async () => {
    proxy.seen.length = 0;
    const url = proxy.url.replace('//', '//me:pw@');
    expect(await fetch(`${mirror.origin}/x`, [], { http_proxy: url })).toMatchObject({ isWhole: true });
    expect(proxy.seen).toEqual([`GET ${mirror.origin}/x Basic ${Buffer.from('me:pw').toString('base64')}`]);
  });

  it('is passed by where no_proxy says so', async () => {
    proxy.seen.length = 0;
    const env = { http_proxy: proxy.url, no_proxy: '127.0.0.1' };
    expect(await fetch(`${mirror.origin}/x`, [], env)).toMatchObject({ isWhole: true });
    expect(proxy.seen).toEqual([]);
  });

  it.each(['socks5h', 'socks4a'])('of %s leads to the mirror, whose name it looks up', async (scheme) => {
    const { port } = new URL(mirror.origin);
    await using socks = await startSocks({ leadTo: Number(port) });
    const all = { all_proxy: `${scheme}://${socks.host}` };
    expect(await fetch('http://mirror.invalid/x', [], all)).toMatchObject({ isWhole: true });
    expect(socks.seen).toEqual([`${scheme.charAt(5)} mirror.invalid:80`]);
    expect(await fetch('http://mirror.invalid/x', [])).toMatchObject({ status: 1, isWhole: false });
  });

  it('of SOCKS that wants another password says so', async () => {
    await using socks = await startSocks({ leadTo: 1, credentials: 'me:right' });
    const env = { all_proxy: `socks5h://me:geheim@${socks.host}` };
    const { status, stderr } = await fetch(`${mirror.origin}/x`, [], env);
    expect(status).toBe(1);
    expect(stderr).toContain('requires valid credentials');
    expect(stderr).not.toContain('geheim');
  });

  it('of another kind is refused', async () => {
    const { status, stderr } = await fetch(`${mirror.origin}/x`, [], { http_proxy: 'ftp://127.0.0.1:1' });
    expect(status).toBe(1);
    expect(stderr).toContain('Only http, https and SOCKS proxies are supported, not ftp');
  });
});

// Ten seconds of waiting each.
inLong(() => {
  describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('a resolver that never answers', () => {
    it('is not waited for longer than a connection, by any downloader', async () => {
      await using network = await silentResolver(folder.file('resolv.conf'), 3);
      const [prefix = '', ...rest] = network.prefix;
      const begun = performance.now();
      // At once, since each of them waits for ten seconds.
      const results = await Promise.all(
        ['dead.part', 'other'].map(async (name) => {
          const args = ['--config', folder.file('pacman.conf'), '-o', folder.file(name), 'http://dead.test/x'];
          return await runProgram(prefix, [...rest, process.execPath, program, ...args], { env: environment });
        }),
      );
      // Ten seconds to connect; a look-up takes thirty.
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect(results.map(({ status }) => status)).toEqual([1, 1]);
      for (const { stderr } of results) expect(stderr).toContain('from dead.test : Connection timed out');
    });

    it('is not waited for where a signal ends the download', async () => {
      await using network = await silentResolver(folder.file('resolv.conf'), 3);
      const args = ['--config', folder.file('pacman.conf'), '-o', folder.file('ended.part'), 'http://dead.test/x'];
      const begun = performance.now();
      const prefix = ['--preserve-status', '--signal=TERM', '4', ...network.prefix];
      const { status } = await runProgram('timeout', [...prefix, process.execPath, program, ...args], {
        env: environment,
      });
      expect(status).toBe(143);
      // The look-up itself takes thirty seconds.
      expect(performance.now() - begun).toBeLessThan(20_000);
    });
  });
});
