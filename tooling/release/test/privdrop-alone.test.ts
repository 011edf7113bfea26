/* User switching ships first: its two tarballs, and nothing else, in an empty folder. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { install } from '../src/empty-folder.mjs';
import { packInto } from '../src/pack.mjs';
import { published } from '../src/published.mjs';
import { problemOfDrop } from '../src/tries.mjs';

describe('@sb/privdrop', () => {
  it('is released with @sb/core alone', () => {
    expect(published(['@sb/privdrop']).map(({ name }) => name)).toEqual(['@sb/core', '@sb/privdrop']);
  });

  it.skipIf(missing('linux', 'root'))(
    'drops root from its own tarball, with no other package beside',
    async () => {
      using folder = temporaryFolder();
      const tarballs = packInto(published(['@sb/privdrop']), folder.path);
      expect(await problemOfDrop(tarballs, folder.file('empty'))).toBeUndefined();
      expect(readdirSync(join(folder.file('empty'), 'node_modules/@sb')).toSorted()).toEqual(['core', 'privdrop']);
      expect(readdirSync(join(folder.file('empty'), 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
        '@sb',
      ]);
    },
    120_000,
  );

  it('does not install without what it needs: the control', () => {
    using folder = temporaryFolder();
    const tarballs = packInto(published(['@sb/privdrop']), folder.path);
    expect(() => install(tarballs.slice(1), folder.file('empty'))).toThrow('@sb%2fcore');
  }, 120_000);
});

describe('what is released', () => {
  it('comes in an order in which each finds what it needs, and holds nothing private', () => {
    const all = published();
    const names = all.map(({ name }) => name);
    expect(names).toHaveLength(9);
    for (const { name, manifest } of all) {
      const before = names.slice(0, names.indexOf(name));
      for (const needed of Object.keys(manifest.dependencies ?? {})) expect(before).toContain(needed);
    }
    expect(() => published(['@sb/native'])).toThrow('@sb/native is private');
    expect(() => published(['@sb/nothing'])).toThrow('the project has no package @sb/nothing');
  });
});
