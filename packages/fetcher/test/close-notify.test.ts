import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';

import {
  type Authority,
  makeAuthority,
  missing,
  startSocks,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Outcome } from '../src/request/options.js';
import { ok } from './kit/bad-answers.js';
import { errorOf, fetchOne } from './kit/fetch.js';

let folder: TemporaryFolder;
let authority: Authority;
beforeAll(() => {
  folder = temporaryFolder();
  authority = makeAuthority(folder.path);
});
afterAll(() => folder[Symbol.dispose]());

/** How a server ends an answer: by TLS, or below it. */
type Ending = (secure: TLSSocket, raw: Socket) => void;

const notified: Ending = (secure) => secure.end();
const cut: Ending = (_secure, raw) => raw.end();
const reset: Ending = (_secure, raw) => raw.resetAndDestroy();

/** What one download from such a server came to. */
interface Result {
  readonly outcome: Outcome;
  readonly requests: number;
}

/** Downloads a file of 5 MB without a length over TLS, from a server that ends it in one way. */
async function fetchFrom(name: string, ending: Ending, way: 'direct' | 'socks' = 'direct'): Promise<Result> {
  const maxVersion = name.endsWith('1.2') ? 'TLSv1.2' : 'TLSv1.3';
  const secureContext = createSecureContext({ ...authority.issue(name, 'IP:127.0.0.1'), maxVersion });
  let requests = 0;
  const server = createServer((raw) => {
    // TLS runs above another stream here, so that the connection can end below it.
    const secure = new TLSSocket(Duplex.from({ readable: raw, writable: raw }), { isServer: true, secureContext });
    raw.on('error', () => {});
    secure.on('error', () => {});
    secure.once('data', () => {
      requests++;
      secure.write(ok({}, 'x'.repeat(5_000_000)), () => raw.write('', () => ending(secure, raw)));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await using socks = await startSocks({ leadTo: port });
  const proxy = way === 'direct' ? {} : { proxies: { https: `socks5h://${socks.host}` } };
  const request = { sources: [`https://127.0.0.1:${port}/x`], to: folder.file(name) };
  const outcome = await fetchOne(request, { fetcher: { certificates: authority.file, ...proxy } });
  server.close();
  return { outcome, requests };
}

describe.skipIf(missing('root', 'linux', 'landlock6', 'openssl'))('a file without a length over TLS', () => {
  it.each(['1.2', '1.3'])('is whole if close_notify ends it: %s', async (version) => {
    const { outcome, requests } = await fetchFrom(`notified-${version}`, notified);
    expect(errorOf(outcome)).toBeUndefined();
    expect(readFileSync(folder.file(`notified-${version}`), 'utf8')).toBe('x'.repeat(5_000_000));
    // The first connection is one whose end is not watched.
    expect(requests).toBe(2);
  });

  it('is whole behind a SOCKS proxy, too', async () => {
    const { outcome, requests } = await fetchFrom('by-socks', notified, 'socks');
    expect(errorOf(outcome)).toBeUndefined();
    expect(readFileSync(folder.file('by-socks'), 'utf8')).toHaveLength(5_000_000);
    expect(requests).toBe(2);
  });

  it.each([
    ['the connection ends below TLS 1.2', 'cut-1.2', cut],
    ['the connection ends below TLS 1.3', 'cut-1.3', cut],
    ['the connection is reset', 'cut', reset],
  ])('is not whole if %s', async (_how, name, ending) => {
    const { outcome } = await fetchFrom(name, ending);
    expect(errorOf(outcome)).toMatch(
      /^truncated: 127\.0\.0\.1:\d+ closed the connection without the end that TLS gives/,
    );
    expect(existsSync(folder.file(name))).toBe(false);
  });
});
