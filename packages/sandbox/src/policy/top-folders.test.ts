import { lstatSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { topFolders } from './top-folders.js';

describe('topFolders', () => {
  it('is all that lies in / but /dev, and no link, which could lead there', () => {
    const found = topFolders();
    expect(found).toContain('/usr');
    expect(found).not.toContain('/dev');
    expect(found.filter((path) => lstatSync(path).isSymbolicLink())).toEqual([]);
    const left = readdirSync('/').filter((name) => !found.includes(`/${name}`) && name !== 'dev');
    expect(left.filter((name) => lstatSync(`/${name}`).isDirectory())).toEqual([]);
  });
});
