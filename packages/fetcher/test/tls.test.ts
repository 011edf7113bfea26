import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';

import {
  type Authority,
  type Certificate,
  makeAuthority,
  missing,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Outcome } from '../src/request/options.js';
import { errorOf, fetchOne } from './kit/fetch.js';

let folder: TemporaryFolder;
let authority: Authority;
beforeAll(() => {
  folder = temporaryFolder();
  authority = makeAuthority(folder.path);
});
afterAll(() => folder[Symbol.dispose]());

/** Downloads one file from a server with these certificates. */
async function fetchFrom(name: string, options: ServerOptions, certificates?: string): Promise<Outcome> {
  const server: Server = createServer(options, (request, response) => {
    if (request.url === '/down') response.writeHead(302, { location: `http://127.0.0.1:${portOf(server)}/` }).end();
    else response.end('good');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const sources = [`https://127.0.0.1:${portOf(server)}/${name}`];
    const fetcher = certificates === undefined ? {} : { certificates };
    return await fetchOne({ sources, to: folder.file(`file-${name}`) }, { fetcher });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const names = 'subjectAltName=IP:127.0.0.1';
const rsa = (bits: number): readonly string[] => ['-newkey', `rsa:${bits}`, '-nodes'];
const past = ['-not_before', '20200101000000Z', '-not_after', '20200201000000Z'];
const future = ['-not_before', '20900101000000Z', '-not_after', '20910101000000Z'];

describe.skipIf(missing('root', 'linux', 'landlock6', 'openssl'))('over TLS', () => {
  it.each([
    ['ec', { extensions: names }],
    ['rsa', { extensions: names, key: rsa(2048) }],
  ])('a good certificate (%s) is taken', async (name, odd) => {
    expect(errorOf(await fetchFrom(name, authority.issueOdd(name, odd), authority.file))).toBeUndefined();
    expect(readFileSync(folder.file(`file-${name}`), 'utf8')).toBe('good');
  });

  it.each([
    [
      'another-host',
      { extensions: 'subjectAltName=DNS:example.org' },
      /: its certificate is for another host, DNS:example\.org; correct the name of the server, or use another server \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
    ],
    [
      'no-names',
      { extensions: 'keyUsage=digitalSignature' },
      /: its certificate names no host; use another server \(ERR_TLS_CERT_NO_ALT_NAME\)$/,
    ],
    ['weak-key', { extensions: names, key: rsa(1024) }, /EE certificate key too weak/],
    [
      'expired',
      { extensions: names, validity: past },
      /: its certificate expired on 2020-02-01; this machine's clock says \d{4}-\d\d-\d\d: set it if it is wrong, or use another server \(CERT_HAS_EXPIRED\)$/,
    ],
    [
      'not-yet',
      { extensions: names, validity: future },
      /: its certificate is not valid before 2090-01-01; this machine's clock says \d{4}-\d\d-\d\d: set it if it is wrong, or use another server \(CERT_NOT_YET_VALID\)$/,
    ],
    [
      'for-clients',
      { extensions: `${names}\nextendedKeyUsage=clientAuth` },
      /: its certificate isn't for servers; use another server \(INVALID_PURPOSE\)$/,
    ],
  ])('a certificate is refused: %s', async (name, odd, code) => {
    // A server of Node 26 doesn't begin to offer a weak key unless it is made to.
    const offered = { ...authority.issueOdd(name, odd), ciphers: 'DEFAULT@SECLEVEL=0' };
    const error = errorOf(await fetchFrom(name, offered, authority.file));
    expect(error).toMatch(/^tls: TLS with 127\.0\.0\.1:\d+ failed/);
    expect(error).toMatch(code);
    expect(existsSync(folder.file(`file-${name}`))).toBe(false);
  });

  it('a chain with a weak key is refused, wherever the key is', async () => {
    const chain = (name: string, bits: number): Certificate => {
      return authority.intermediate(`${name}-issuer`, rsa(bits)).issueOdd(name, { extensions: names });
    };
    expect(errorOf(await fetchFrom('chain', chain('chain', 2048), authority.file))).toBeUndefined();
    // A newer OpenSSL would refuse to serve it at all.
    const served = { ciphers: 'DEFAULT:@SECLEVEL=0' };
    const weak = await fetchFrom('weak-chain', { ...chain('weak-chain', 1024), ...served }, authority.file);
    expect(errorOf(weak)).toMatch(/^tls: TLS with 127\.0\.0\.1:\d+ failed: CA certificate key too weak/);
    expect(existsSync(folder.file('file-weak-chain'))).toBe(false);
    using own = temporaryFolder();
    const root = makeAuthority(own.path, rsa(1024));
    const rooted = root.issueOdd('weak-root', { extensions: names });
    expect(errorOf(await fetchFrom('weak-root', { ...rooted, ...served }, root.file))).toMatch(
      /CA certificate key too weak/,
    );
  });

  it('an authority that the system does not know is refused', async () => {
    const good = authority.issueOdd('unknown', { extensions: names });
    expect(errorOf(await fetchFrom('unknown', good))).toMatch(
      /^tls: .*: its certificate is from an authority that is not trusted; add that of the authority to the certificates to trust if you know it, or use another server \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/,
    );
    const sent = { key: good.key, cert: `${good.cert}${readFileSync(authority.file, 'utf8')}` };
    expect(errorOf(await fetchFrom('unknown-chain', sent))).toMatch(
      /^tls: .*: its certificate is from an authority that is not trusted; .* \(SELF_SIGNED_CERT_IN_CHAIN\)$/,
    );
  });

  it('a self-signed certificate is refused', async () => {
    const [key, cert] = [folder.file('own.key'), folder.file('own.pem')];
    const subject = ['-subj', '/CN=own', '-addext', names];
    execFileSync('openssl', ['req', '-x509', ...rsa(2048), '-keyout', key, '-out', cert, ...subject], {
      stdio: 'pipe',
    });
    const own = { key: readFileSync(key), cert: readFileSync(cert) };
    expect(errorOf(await fetchFrom('own', own))).toMatch(
      /^tls: .*: its certificate is self-signed; add it to the certificates to trust if you know it, or use another server \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
    );
  });

  it('a server without TLS is distinguished from one with TLS', async () => {
    const server = createPlainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const sources = [`https://127.0.0.1:${(server.address() as AddressInfo).port}/x`];
    expect(errorOf(await fetchOne({ sources, to: folder.file('plain') }))).toMatch(
      /it does not use TLS on this port; correct the port, or use another server \(/,
    );
    server.close();
  });

  it('names the day on which an issuer in the chain has expired', async () => {
    using own = temporaryFolder();
    const old = makeAuthority(own.path, ['-newkey', 'rsa:2048', '-nodes', ...past]);
    const good = old.issueOdd('old-issuer', { extensions: names });
    const sent = { key: good.key, cert: `${good.cert}${readFileSync(old.file, 'utf8')}` };
    expect(errorOf(await fetchFrom('old-issuer', sent, old.file))).toMatch(/: its certificate expired on 2020-02-01; /);
  });

  it('an old protocol is refused', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const good = authority.issueOdd('old', { extensions: names });
    expect(errorOf(await fetchFrom('old', { ...good, ...old }, authority.file))).toMatch(
      /^tls: .*: it does not support TLS 1.2 or newer/,
    );
  });

  it('a redirect to http is not followed', async () => {
    const good = authority.issueOdd('down', { extensions: names });
    expect(errorOf(await fetchFrom('down', good, authority.file))).toMatch(/^redirect: .*from https to http/);
  });
});
