/* A test file that tries fewer cases in `npm test` is one that `npm run test:long` runs with all of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What tries fewer, or nothing; the first of the releases of Node is the same for both. */
const fewer = /\b(?:fewOrMany|someOf|inLong)\(|\bnodeReleases\(\)(?!\[0\])/;

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => join(root, parent, name))
    .filter((folder) => existsSync(join(folder, 'vitest.config.ts'))),
);

const filesOf = (folder: string): readonly string[] =>
  ['src', 'test']
    .map((part) => join(folder, part))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)))
    .filter((file) => file.endsWith('.test.ts') && fewer.test(readFileSync(file, 'utf8')))
    .map((file) => relative(folder, file))
    .filter((file) => !/^test\/(?:long|mutation)\//.test(file));

describe('a test file with fewer cases', () => {
  it.each(folders.map((folder) => [relative(root, folder), folder] as const))(
    'is among moreCases of %s',
    (_, folder) => {
      const config = readFileSync(join(folder, 'vitest.config.ts'), 'utf8');
      expect(filesOf(folder).filter((file) => !config.includes(`'${file}'`))).toEqual([]);
    },
  );

  it('is looked for', () => {
    expect(folders.flatMap(filesOf).length).toBeGreaterThan(20);
  });
});
