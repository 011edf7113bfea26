import { closeSync, fstatSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { configurationText, openConfiguration } from './configuration-file.js';

describe('configurationText', () => {
  it('includes a path as it is, and splits no word', () => {
    expect(configurationText('/a b/[c]*?.conf', ['/usr/bin/no de', 'xfer', '', '%u'])).toBe(
      '[options]\nInclude = /a b/\\[c]\\*\\?.conf\n[options]\nXferCommand = "/usr/bin/no de" xfer "" %u\n',
    );
  });

  it.each(["it's", 'a"b', 'a\\b', 'a\nb', 'a\u0000b'])(
    'refuses the word %j, which pacman would read otherwise',
    (word) => {
      expect(() => configurationText('/etc/pacman.conf', [word])).toThrow(/cannot be written in a pacman\.conf/);
    },
  );

  it.each(['/a\nXferCommand = id', '/a '])('refuses the path %j', (path) => {
    expect(() => configurationText(path, ['%u'])).toThrow(/cannot be written in a pacman\.conf/);
  });
});

describe('openConfiguration', () => {
  it('gives an open file that has no name any more', () => {
    const descriptor = openConfiguration('/etc/pacman.conf', ['a', '%u']);
    try {
      const { nlink, mode } = fstatSync(descriptor);
      expect({ nlink, mode: mode & 0o777 }).toEqual({ nlink: 0, mode: 0o600 });
      expect(readFileSync(descriptor, 'utf8')).toContain('XferCommand = a %u\n');
    } finally {
      closeSync(descriptor);
    }
  });
});
