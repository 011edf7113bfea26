/* Licences of what is copied into bundles ask to go with it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { bundledIn, licencesOf, linkedIn } from '../../run/licences.mjs';
import { root } from '../../run/shell.mjs';

const shipped = ['packages/caps', 'packages/core', 'packages/fetcher', 'packages/files', 'packages/landlock'];
const more = ['packages/privdrop', 'packages/sandbox', 'packages/seccomp', 'apps/pacman-fetch'];

describe('a bundle', () => {
  it.each([...shipped, ...more])('of %s has the licence of each package that it holds code of', (folder) => {
    const dist = join(root, folder, 'dist');
    const names = [...bundledIn(dist), ...linkedIn(join(root, folder))];
    const file = join(dist, 'THIRD-PARTY-LICENSES.txt');
    expect(existsSync(file)).toBe(names.length > 0);
    if (names.length > 0) expect(readFileSync(file, 'utf8')).toBe(licencesOf(names));
  });

  it('of the fetcher holds undici, under the MIT licence, and names the very version that was copied', () => {
    const own = join(root, 'packages/fetcher/node_modules/undici');
    const dist = join(root, 'packages/fetcher/dist');
    expect(bundledIn(dist)).toEqual([own]);
    const text = readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    expect(text).toContain('Permission is hereby granted');
    const { version } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as { version: string };
    expect(text).toContain(`undici ${version} (MIT)`);
  });

  it.each(['packages/sandbox', 'apps/pacman-fetch'])('of %s goes with the notice of its C library', (folder) => {
    const text = readFileSync(join(root, folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    expect(text).toContain('musl (MIT)');
    expect(text).toContain('Rich Felker');
  });

  it('is known by its source maps, and what has no licence is refused', () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('dist'));
    writeFileSync(
      folder.file('dist/a.js.map'),
      '{"sources":["../node_modules/@x/y/z.js","../node_modules/@sb/core/a.js","../src/a.ts"]}',
    );
    const found = folder.file('node_modules/@x/y');
    expect(bundledIn(folder.file('dist'))).toEqual([found]);
    mkdirSync(found, { recursive: true });
    writeFileSync(join(found, 'package.json'), '{"name":"@x/y","version":"1.0.0","license":"MIT"}');
    expect(() => licencesOf([found])).toThrow('@x/y has no file with its licence (MIT)');
  });
});
