import { describe, expect, it } from 'vitest';

import { readListed } from './listed.js';

const line = '1024 http://mirror/core/os/a-1-1-any.pkg.tar.zst';
const file = { url: new URL('http://mirror/core/os/a-1-1-any.pkg.tar.zst'), size: 1024 };

describe('readListed', () => {
  it('takes URLs with their sizes, in their order', () => {
    const other = '1 https://mirror:8443/b';
    expect(readListed(`certain\n${line}\n${other}\n`)).toEqual([
      file,
      { url: new URL('https://mirror:8443/b'), size: 1 },
    ]);
  });

  it.each([
    ['a package that is in the cache', '0 file:///var/cache/pacman/pkg/a'],
    ['a warning', 'warning: a-1-1 is up to date -- reinstalling'],
    ['no size', 'http://mirror/a'],
    ['a size that is none', '-1 http://mirror/a'],
    ['more words', `${line} x`],
    ['control characters', '1 http://mirror/\u001B[2J'],
    ['no URL', '1 http://['],
  ])('leaves out %s', (_, other) => expect(readListed(`certain\n${other}\n${line}\n`)).toEqual([file]));

  it.each([`${line}\n`, `x\ncertain\n${line}\n`, ''])('takes nothing of a list that is not certain: %j', (text) => {
    expect(readListed(text)).toEqual([]);
  });

  it('takes 20,000 files at most', () => {
    expect(readListed(`certain\n${`${line}\n`.repeat(20_001)}`)).toHaveLength(20_000);
  });
});
