import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { Folder } from './folder.js';
import { leadTo } from './lead-to.js';

describe('leadTo', () => {
  it('makes a link, keeps one that is right, and replaces one that leads elsewhere', () => {
    using place = temporaryFolder();
    using folder = Folder.open(place.path);
    for (const target of ['/a', '/a', '/b']) {
      leadTo(target, folder, 'x');
      expect(readlinkSync(place.file('x'))).toBe(target);
    }
  });

  it('removes nothing else, and writes through no link', () => {
    using place = temporaryFolder();
    using folder = Folder.open(place.path);
    writeFileSync(place.file('file'), 'kept');
    mkdirSync(place.file('folder'));
    symlinkSync(place.file('file'), place.file('link'));
    for (const name of ['file', 'folder']) expect(() => leadTo('/a', folder, name)).toThrow(/EEXIST/);
    leadTo('/a', folder, 'link');
    expect(readFileSync(place.file('file'), 'utf8')).toBe('kept');
  });
});
