import { describe, expect, it } from 'vitest';

import { absolutePath } from './absolute-path.js';

describe('absolutePath', () => {
  it('begins at the working directory without a base, or with a relative one', () => {
    expect(absolutePath('out')).toBe(`${process.cwd()}/out`);
    expect(absolutePath('out', 'work')).toBe(`${process.cwd()}/work/out`);
  });

  it.each([
    ['out', '/work', '/work/out'],
    ['./out', '/work', '/work/out'],
    ['.//./out', '/work', '/work/out'],
    ['.', '/work', '/work'],
    ['./', '/work', '/work'],
    ['', '/work', '/work'],
    ['..', '/work/link', '/work/link/..'],
    ['link/../out', '/work', '/work/link/../out'],
    ['/work/link/../out', '/other', '/work/link/../out'],
    ['out', '/', '/out'],
    ['.hidden', '/work', '/work/.hidden'],
  ])('makes %j in %j %j', (path, folder, expected) => {
    expect(absolutePath(path, folder)).toBe(expected);
  });
});
