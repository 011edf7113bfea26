/* Licences of what is copied into bundles ask to go with it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { bundledIn, licencesOf } from '../../run/licences.mjs';
import { root } from '../../run/shell.mjs';

const shipped = ['packages/caps', 'packages/core', 'packages/fetcher', 'packages/files', 'packages/landlock'];
const more = ['packages/privdrop', 'packages/sandbox', 'packages/seccomp', 'apps/pacman-fetch'];

describe('a bundle', () => {
  it.each([...shipped, ...more])('of %s has the licence of each package that it holds code of', (folder) => {
    const dist = join(root, folder, 'dist');
    const names = bundledIn(dist);
    const file = join(dist, 'THIRD-PARTY-LICENSES.txt');
    expect(existsSync(file)).toBe(names.length > 0);
    if (names.length > 0) expect(readFileSync(file, 'utf8')).toBe(licencesOf(names));
  });

  it('of the fetcher holds undici, under the MIT licence', () => {
    const dist = join(root, 'packages/fetcher/dist');
    expect(bundledIn(dist)).toEqual(['undici']);
    expect(readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')).toContain('Permission is hereby granted');
  });

  it('is known by its source maps too, and what has no licence is refused', () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('dist'));
    writeFileSync(
      folder.file('dist/a.js.map'),
      '{"sources":["../../node_modules/@x/y/z.js","../node_modules/@sb/core/a.js"]}',
    );
    expect(bundledIn(folder.file('dist'))).toEqual(['@x/y']);
    mkdirSync(folder.file('modules/@x/y'), { recursive: true });
    writeFileSync(folder.file('modules/@x/y/package.json'), '{"version":"1.0.0","license":"MIT"}');
    expect(() => licencesOf(['@x/y'], folder.file('modules'))).toThrow('@x/y has no file with its licence (MIT)');
  });
});
