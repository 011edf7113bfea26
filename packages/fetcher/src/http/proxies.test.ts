import { describe, expect, it } from 'vitest';

import { exceptions, exceptionsOfIpv6 } from '../../test/kit/no-proxy-cases.js';
import { basicCredentials } from './basic.js';
import { isExcepted, patternsOf } from './no-proxy.js';
import { parseProxy, proxiesOf, proxyFor } from './proxies.js';

describe('proxiesOf', () => {
  it.each([
    [{}, null, null],
    [{ http_proxy: 'a' }, 'a', null],
    [{ HTTP_PROXY: 'a' }, null, null],
    [{ HTTPS_PROXY: 'a' }, null, 'a'],
    [{ https_proxy: 'a', HTTPS_PROXY: 'b' }, null, 'a'],
    [{ all_proxy: 'a' }, 'a', 'a'],
    [{ ALL_PROXY: 'a', https_proxy: 'b' }, 'a', 'b'],
    [{ http_proxy: '', all_proxy: 'a' }, 'a', 'a'],
    [{ https_proxy: '', HTTPS_PROXY: 'b' }, null, 'b'],
  ])('of %j', (environment, http, https) => {
    expect(proxiesOf(environment)).toEqual({ http, https, except: [] });
  });

  it('reads the hosts that are asked directly', () => {
    expect(proxiesOf({ no_proxy: ' a,.b , c , ', NO_PROXY: 'd' }).except).toEqual(['a', '.b', 'c']);
    expect(proxiesOf({ no_proxy: '', NO_PROXY: 'd' }).except).toEqual(['d']);
  });
});

describe('isExcepted', () => {
  it.each([...exceptions, ...exceptionsOfIpv6])('%s with no_proxy=%s: %s', (hostname, noProxy, isDirect) => {
    expect(isExcepted(new URL(`http://${hostname}/`).hostname, patternsOf(noProxy))).toBe(isDirect);
  });
});

describe('parseProxy', () => {
  it.each([
    ['proxy', 'http://proxy:1080/'],
    ['proxy:3128', 'http://proxy:3128/'],
    ['http://proxy', 'http://proxy:1080/'],
    ['http://proxy:80/', 'http://proxy/'],
    ['https://proxy', 'https://proxy/'],
    ['http://me:p%40ss@proxy:3128', 'http://me:p%40ss@proxy:3128/'],
    ['http://me:1@proxy', 'http://me:1@proxy:1080/'],
    ['http://[::1]:3128', 'http://[::1]:3128/'],
    ['http://[::1]', 'http://[::1]:1080/'],
    ['socks5://proxy', 'socks5://proxy:1080'],
    ['socks5h://me:p%40ss@proxy:9050', 'socks5h://me:p%40ss@proxy:9050'],
    ['socks4a://[::1]', 'socks4a://[::1]:1080'],
    ['socks://proxy', 'socks://proxy:1080'],
  ])('reads %s', (text, href) => expect(parseProxy(text).href).toBe(href));

  it.each([
    'ftp://me:geheim@proxy',
    'socks6://me:geheim@proxy',
    'socks5://',
    'file:///geheim',
    'http://geheim:99999',
    'http://',
    'x://geheim',
  ])('refuses %s and does not show it', (text) => {
    let message = '';
    expect(() => {
      try {
        parseProxy(text);
      } catch (error) {
        ({ message } = error as Error);
        throw error;
      }
    }).toThrow(expect.objectContaining({ kind: 'proxy' }));
    expect(message).not.toContain('geheim');
  });
});

describe('proxyFor', () => {
  const rules = { http: 'a:1', https: 'b:2', except: ['local'] };
  it.each([
    ['http://x/', 'http://a:1/'],
    ['https://x/', 'http://b:2/'],
    ['https://local/', undefined],
  ])('%s is %s', (url, proxy) => expect(proxyFor(new URL(url), rules)?.href).toBe(proxy));
});

describe('basicCredentials', () => {
  it.each([
    ['http://host/', undefined],
    ['http://me@host/', 'me:'],
    ['http://:pw@host/', ':pw'],
    ['http://me:p%40%3Ass@host/', 'me:p@:ss'],
    ['http://%zz:%@host/', '%zz:%'],
  ])('of %s are %s', (url, plain) => {
    const expected = plain === undefined ? undefined : `Basic ${Buffer.from(plain).toString('base64')}`;
    expect(basicCredentials(new URL(url))).toBe(expected);
  });
});
