import { chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { glob } from './glob.js';
import { matcherOf } from './glob-pattern.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

mkdirSync(folder.file('sub'));
for (const name of ['a', 'b', 'c.d', '.hidden', '[x', 'sub/a', 'sub/é']) writeFileSync(folder.file(name), '');
symlinkSync('nowhere', folder.file('dangling'));
symlinkSync('.', folder.file('self'));

const found = (pattern: string) => glob(`${folder.path}/${pattern}`).map((path) => path.slice(folder.path.length + 1));

describe('glob', () => {
  it.each([
    ['a', ['a']],
    ['none', ['none']],
    ['none*', ['none*']],
    ['?', ['a', 'b']],
    ['[ab]', ['a', 'b']],
    ['[!a]', ['b']],
    ['[x', ['[x']],
    ['[[:constructor:]]', ['[[:constructor:]]']],
    ['.h*', ['.hidden']],
    ['s*/a', ['self/a', 'sub/a']],
    ['sub/*', ['sub/a', 'sub/é']],
    ['sub/?', ['sub/a', 'sub/é']],
    ['d*', ['dangling']],
    ['a/*', ['a/*']],
    ['\\a', ['a']],
    ['\\none', ['\\none']],
    ['self/self/self/b*', ['self/self/self/b']],
  ])('finds for %s %j', (pattern, names) => {
    expect(found(pattern)).toEqual(names);
  });
});

describe.skipIf(missing('root', 'linux'))('glob', () => {
  it('refuses a pattern below a directory of a neighbour', () => {
    using place = temporaryFolder();
    mkdirSync(place.file('theirs', 'sub'), { recursive: true });
    writeFileSync(place.file('theirs', 'sub', 'a.conf'), '');
    const pattern = place.file('theirs', 'sub', '*.conf');
    expect(glob(pattern)).toEqual([place.file('theirs', 'sub', 'a.conf')]);
    chownSync(place.file('theirs'), 65_534, 65_534);
    // It could hide what root has there, and an Include would be lost in silence.
    expect(() => glob(pattern)).toThrow(/belongs to uid 65534/);
  });
});

describe('matcherOf', () => {
  it.each([
    ['*', '', true],
    ['*', '.x', false],
    ['.*', '.x', true],
    ['a*b*c', 'aXbYbc', true],
    ['a*b*c', 'aXbYb', false],
    ['[a-c]x', 'bx', true],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['[\\]]', ']', true],
    ['[[:digit:][:upper:]]', 'Q', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['x\\', 'x\\', true],
  ])('%s on %s gives %s', (pattern, name, expected) => {
    expect(matcherOf(pattern)(name)).toBe(expected);
  });

  it('takes no longer for many stars', () => {
    const start = performance.now();
    expect(matcherOf(`${'*a'.repeat(100)}b`)('a'.repeat(255))).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('takes any name for its own quoted form, and never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const quoted = Array.from(name, (one) => `\\${one}`).join('');
        expect(matcherOf(quoted)(name)).toBe(true);
        expect(typeof matcherOf(name)('x')).toBe('boolean');
      }),
    );
  });
});
