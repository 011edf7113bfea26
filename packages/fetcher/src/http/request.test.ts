/* Where redirects lead, and what goes there, with servers that are no more than a table. */
import { describe, expect, it } from 'vitest';

import { Stop } from '../values/stop.js';
import type { Connections } from './connections.js';
import type { Question } from './exchange.js';
import { request, type RequestOptions } from './request.js';
import type { Dispatcher } from './undici.js';

/** A request that was made. */
interface Asked {
  readonly url: string;
  readonly mayBeLinkLocal: boolean;
  /** User and password that came with it. */
  readonly credentials: string | undefined;
}

/** Asks for a URL where each answer leads on to the next URL, and the last is the file. */
async function follow(urls: readonly string[], options: Partial<RequestOptions> = {}) {
  const asked: Asked[] = [];
  const route = (url: URL, { mayBeLinkLocal }: { readonly mayBeLinkLocal: boolean }) => ({
    proxy: undefined,
    dispatcher: {
      dispatch: ({ headers }: Question, handler: Required<Dispatcher.DispatchHandler>) => {
        const basic = headers['authorization']?.replace('Basic ', '');
        const credentials = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
        asked.push({ url: url.href.replace(/\/\/.*@/, '//'), mayBeLinkLocal, credentials });
        const location = urls[asked.length];
        const fields = location === undefined ? [] : ['Location', location].map((text) => Buffer.from(text));
        handler.onConnect(() => {});
        handler.onHeaders(location === undefined ? 200 : 302, fields, () => {}, '');
      },
    },
  });
  const connections = { route } as unknown as Connections;
  const rest = { connections, headers: {}, stop: new Stop(), maxRedirects: 10, ...options };
  const end = await request(new URL(urls[0] ?? ''), rest).then(
    ({ status }) => String(status),
    (error: unknown) => String(error),
  );
  return { end, asked };
}

const metadata = 'http://169.254.169.254/latest';

describe('a redirect', () => {
  it('takes credentials to their own origin, and to no other', async () => {
    const { end, asked } = await follow([
      'http://me:pw@a/x',
      'http://a/y',
      'http://a:81/z',
      'http://b/z',
      'http://a/x',
    ]);
    expect(end).toBe('200');
    expect(asked.map(({ credentials }) => credentials)).toEqual(['me:pw', 'me:pw', undefined, undefined, 'me:pw']);
  });

  it('never leads to a link-local address, in any notation', async () => {
    const { end, asked } = await follow(['http://a/x', metadata]);
    expect(end).toContain('A redirect leads to 169.254.169.254, a link-local or metadata address');
    expect(asked.map(({ url }) => url)).toEqual(['http://a/x']);
    const named = await follow(['http://a/x', 'http://b/x']);
    expect(named.asked.map(({ mayBeLinkLocal }) => mayBeLinkLocal)).toEqual([true, false]);
  });

  it('leads to a link-local address if the caller has named one: the twin', async () => {
    expect((await follow([metadata, 'http://169.254.1.1/x'])).end).toBe('200');
  });

  it('leads to the ports that are allowed, and to no other', async () => {
    const ports = [80, 443];
    expect((await follow(['http://a/x', 'https://a/x'], { ports })).end).toBe('200');
    const { end, asked } = await follow(['http://a/x', 'http://a:22/x'], { ports });
    expect(end).toContain('A redirect leads to a, port 22, which is not allowed');
    expect(asked).toHaveLength(1);
  });

  it('is followed up to the limit, and no further', async () => {
    const urls = ['http://a/1', 'http://a/2', 'http://a/3'];
    expect((await follow(urls, { maxRedirects: 2 })).end).toBe('200');
    expect((await follow(urls, { maxRedirects: 1 })).end).toContain('More than 1 redirects');
  });
});
