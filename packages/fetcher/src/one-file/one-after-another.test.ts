import { describe, expect, it } from 'vitest';

import { defaultLimits } from '../values/limits.js';
import { OneAfterAnother } from './one-after-another.js';

const noProxies = { http: null, https: null, except: [] };

function filesOf(url: string, proxies: { readonly http: string | null } = { http: null }): OneAfterAnother {
  return new OneAfterAnother({
    url: new URL(url),
    limits: defaultLimits,
    proxies: { ...noProxies, ...proxies },
    userAgent: 'test',
  });
}

describe('files one after the other', () => {
  it.each([
    ['http://other/x', true],
    ['http://mirror:80/x', true],
    ['http://mirror:8080/x', false],
    ['https://mirror/x', false],
    ['https://mirror:80/x', false],
  ])('are those of one scheme and port: %s %s', (url, is) => {
    expect(filesOf('http://mirror/a').isFor(new URL(url))).toBe(is);
  });

  it.each([
    ['http://mirror/a', null, [80, 443]],
    ['https://mirror/a', null, [443]],
    ['http://mirror:8080/a', 'http://proxy:3128', [8080, 3128]],
  ])('of %s by the proxy %s connect to %j alone, and write to no file', (url, http, connectTcp) => {
    const confinement = filesOf(url, { http }).confinement({});
    expect(confinement).toMatchObject({ landlock: { net: { connectTcp } }, rlimits: { core: 0, fsize: 0 } });
    // There is no program to start.
    expect(confinement).not.toHaveProperty('execOnce');
  });

  it('need a proxy that can be used', () => {
    expect(() => filesOf('http://mirror/a', { http: 'ftp://proxy' })).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    );
  });
});
