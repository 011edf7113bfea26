import { describe, expect, it } from 'vitest';

import { meantBy } from './words.js';

describe('a command line', () => {
  it.each([
    ['-Syu'],
    ['-S', 'base'],
    ['-Uq', 'x.pkg.tar.zst'],
    ['-Dk'],
    ['-Qi', 'pacman'],
    ['-Rns', 'x'],
    ['-T', 'glibc'],
    ['-Fy'],
    ['--sync', '--refresh'],
    ['--files'],
  ])('that begins with %s is one for pacman', (...args) => {
    expect(meantBy(args)).toEqual(['pacman', '--', ...args]);
  });

  it.each([
    ['-o', '-Syu', 'http://a/b'],
    ['-V'],
    ['-q', '-o', 'x', 'http://a/b'],
    ['--help'],
    ['refresh', '-Syu'],
    ['--synchronize'],
    ['-s'],
    [],
  ])('that begins with %s is as it is', (...args) => {
    expect(meantBy(args)).toEqual(args);
  });
});
