import { beforeEach, describe, expect, it } from 'vitest';

import { FetcherError } from '../errors/fetcher-error.js';
import type { FetcherErrorCode } from '../errors/error-codes.js';
import { Mirrors } from './mirrors.js';

const [a, b, c] = ['http://a/x', 'http://b/x', 'https://a/x'].map((url) => new URL(url)) as [URL, URL, URL];
const failure = (code: FetcherErrorCode): FetcherError => new FetcherError(code, 'why', { host: 'a' });

let now: number;
let mirrors: Mirrors;
beforeEach(() => {
  now = 0;
  mirrors = new Mirrors(3, () => now);
});

const count = (source: URL, ...codes: readonly FetcherErrorCode[]): readonly boolean[] =>
  codes.map((code) => mirrors.count(source, failure(code)));

describe('mirrors', () => {
  it('count three soft errors or one hard error, and report the limit once', () => {
    expect(count(a, 'http', 'connect', 'too-slow', 'http')).toEqual([false, false, true, false]);
    expect(count(b, 'dns', 'dns')).toEqual([true, false]);
  });

  it.each(['redirect', 'too-large', 'wrong-size', 'checksum', 'proxy', 'source', 'timeout', 'disk-full'] as const)(
    'count %s against no host',
    (code) => expect(count(a, code, code, code, code)).toEqual([false, false, false, false]),
  );

  it('are told apart by host and port, and come last when they fail', () => {
    count(a, 'dns');
    expect(mirrors.inOrder([a, b, c])).toEqual([b, c, a]);
    count(b, 'slower');
    expect(mirrors.inOrder([a, b, c])).toEqual([c, b, a]);
    expect(mirrors.inOrder([new URL('file:///x'), a])).toEqual([new URL('file:///x'), a]);
  });

  it('come last after a wrong file, and are asked nevertheless', () => {
    mirrors.lied(a);
    mirrors.lied(new URL('file:///x'));
    count(b, 'dns', 'dns', 'dns');
    expect(mirrors.inOrder([a, b, c, new URL('file:///x')])).toEqual([c, new URL('file:///x'), b, a]);
    expect([a, b, c].map((one) => mirrors.hasLied(one))).toEqual([true, false, false]);
    mirrors.clear(a);
    expect(mirrors.hasLied(a)).toBe(true);
    now = 601_000;
    expect(mirrors.hasLied(a)).toBe(false);
  });

  it('have a chance with each worker, even after errors', () => {
    count(a, 'dns', 'dns', 'dns');
    count(b, 'http');
    const { errors } = mirrors.known([a, b, c, new URL('file:///x')]);
    expect(errors).toEqual([
      ['a:80', 2],
      ['b:80', 1],
    ]);
  });

  it('are rehabilitated by a file that came from them, and forgotten after ten minutes', () => {
    count(a, 'dns');
    mirrors.clear(a);
    expect(mirrors.inOrder([a, b])).toEqual([a, b]);
    count(a, 'dns', 'slower');
    now = 599_000;
    expect(mirrors.inOrder([a, b])).toEqual([b, a]);
    now = 601_000;
    expect(mirrors.inOrder([a, b])).toEqual([a, b]);
    expect(mirrors.known([a])).toEqual({ errors: [], slow: [], bestRate: 0 });
  });

  it('are named with the error that reached the limit', () => {
    count(a, 'connect', 'connect', 'tls');
    expect(mirrors.reason(a)).toMatchObject({ code: 'tls', host: 'a', message: 'a is not asked any more: why' });
    expect(mirrors.reason(b)).toMatchObject({ code: 'connect', host: 'b' });
  });

  it('keep the best rate of all downloads', () => {
    mirrors.measure(1000, 500);
    mirrors.measure(1000, 1000);
    mirrors.measure(1000, 0);
    expect(mirrors.known([]).bestRate).toBe(2000);
  });
});
