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
    // As makepkg(8) and yay(8) write it.
    ['--noconfirm', '-S', '--asdeps', 'x'],
    ['--color', 'never', '--noprogressbar', '-U', 'x.pkg.tar.zst'],
    ['--config', '/etc/pacman.conf', '-Syu'],
    ['--dbpath=/x', '--root', '/y', '-S', '-y'],
    ['-v', '-b', '/x', '-r/y', '-Qq'],
    ['-yS', 'x'],
    ['--noc', '--sync'],
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
    ['--config', '-S', '-o', 'x', 'http://a/b'],
    ['--quiet', '-oS', 'http://a/b'],
    ['--cacert', 'x', '-S'],
    ['--report=x', '-S'],
    ['--config'],
    ['--noconfirm', 'refresh', '-S'],
    ['--', '-S'],
    ['-', '-S'],
    [],
  ])('that begins with %s is as it is', (...args) => {
    expect(meantBy(args)).toEqual(args);
  });
});
