/* Which calls the front door takes, and what it makes of them: never anything else than who parses URLs. */
import { spawnSync } from 'node:child_process';

import { compileC, missing, sanitizers, temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { limitsFor } from '../../src/one-file/limits.js';

const folder = temporaryFolder();

/** What is made of calls, one after the other. */
function read(calls: readonly (readonly string[])[]): readonly string[] {
  const input = calls.map((call) => `${call.join('\t')}\n`).join('');
  const { status, stdout, stderr } = spawnSync(folder.file('call'), { input, encoding: 'latin1' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

const one = (...call: readonly string[]): string => read([call])[0] ?? '';
const file = '/var/cache/download-x/a.pkg.tar.zst.part';
const url = 'http://mirror/a.pkg.tar.zst';

describe.skipIf(missing('linux'))('a call of the program', () => {
  beforeAll(async () => {
    const sources = ['fixtures/call.c', '../../native/front/call.c'];
    await compileC(folder.file('call'), { from: import.meta.url, sources, flags: sanitizers });
  });
  afterAll(() => folder[Symbol.dispose]());

  it.each([
    ['a package', [file, url], `${file}\ta.pkg.tar.zst\tmirror\thttp-80`],
    ['https', [file, 'https://mirror/a'], `${file}\ta.pkg.tar.zst\tmirror\thttps-443`],
    ['another port', [file, 'http://mirror:8080/a'], `${file}\ta.pkg.tar.zst\tmirror:8080\thttp-8080`],
    ['an address', [file, 'http://10.0.0.1/a'], `${file}\ta.pkg.tar.zst\t10.0.0.1\thttp-80`],
    ['slashes too many', ['//var///a.db.part', url], `/var/a.db.part\ta.db\tmirror\thttp-80`],
  ])('with %s is taken', (_what, [output = '', source = ''], expected) => {
    expect(one('-o', output, source).split('\t').slice(0, 4).join('\t')).toBe(expected);
  });

  it.each([
    ['a wish for a process of its own', ['--alone', '-o', file, url]],
    ['no URL', ['-o', file]],
    ['two URLs', ['-o', file, url, url]],
    ['another option', ['-q', '-o', file, url]],
    ['a report', ['--report', '/r', '-o', file, url]],
    ['a configuration by a relative path', ['--config', 'x', '-o', file, url]],
    ['a relative FILE', ['-o', 'a.part', url]],
    ['a FILE that is not .part', ['-o', '/a.pkg', url]],
    ['a FILE of no name', ['-o', '/.part', url]],
    ['a FILE in the locale’s letters', ['-o', '/ä.part', url]],
    ['a FILE with a blank', ['-o', '/a b.part', url]],
    ['a user in the URL', ['-o', file, 'http://user:password@mirror/a']],
    ['an address of version 6', ['-o', file, 'http://[::1]/a']],
    ['an address in short', ['-o', file, 'http://127.1/a']],
    ['an address as one number', ['-o', file, 'http://2130706433/a']],
    ['an address in hexadecimal digits', ['-o', file, 'http://0x7f.0.0.1/a']],
    ['an address with zeros before it', ['-o', file, 'http://010.0.0.1/a']],
    ['capital letters', ['-o', file, 'http://Mirror/a']],
    ['Punycode', ['-o', file, 'http://xn--mrror-gva/a']],
    ['the scheme’s own port', ['-o', file, 'http://mirror:80/a']],
    ['a port with a zero before it', ['-o', file, 'http://mirror:0808/a']],
    ['a port that is none', ['-o', file, 'http://mirror:65536/a']],
    ['no path', ['-o', file, 'http://mirror']],
    ['a fragment', ['-o', file, 'http://mirror/a#b']],
    ['a blank in the URL', ['-o', file, 'http://mirror/a b']],
    ['another scheme', ['-o', file, 'file:///a']],
    ['a URL without end', ['-o', file, `http://mirror/${'a'.repeat(3000)}`]],
  ])('with %s is not', (_what, call) => expect(one(...call)).toBe('no'));

  it('has the limits of the program, for each kind of file', () => {
    for (const name of ['a.db', 'a.files', 'a.db.sig', 'a.pkg.tar.zst', 'a.pkg.tar.zst.sig', 'sig', 'db', 'a']) {
      const { maxBytes = Number.MAX_SAFE_INTEGER, mayResume } = limitsFor(name, false);
      expect(one('-o', `/x/${name}.part`, url).split('\t').slice(4)).toEqual([String(maxBytes), mayResume ? '1' : '0']);
    }
  });

  it('is taken only where who parses URLs finds the same host and port', () => {
    const piece = fc.stringMatching(/^[a-z0-9.:%@[\]-]{0,12}$/);
    const urls = fc.tuple(fc.constantFrom('http', 'https'), piece, fc.stringMatching(/^[!-~]{0,12}$/));
    fc.assert(
      fc.property(fc.array(urls, { minLength: 20, maxLength: 200 }), (all) => {
        const texts = all.map(([scheme, host, path]) => `${scheme}://${host}/${path}`);
        for (const [at, said] of read(texts.map((text) => ['-o', file, text])).entries()) {
          if (said === 'no') continue;
          const [, , host, key] = said.split('\t');
          const parsed = new URL(texts[at] ?? '');
          const port = parsed.port === '' ? (parsed.protocol === 'https:' ? '443' : '80') : parsed.port;
          expect({ host, key }).toEqual({ host: parsed.host, key: `${parsed.protocol.slice(0, -1)}-${port}` });
          expect([parsed.username, parsed.password, parsed.hash]).toEqual(['', '', '']);
        }
      }),
    );
  });
});
