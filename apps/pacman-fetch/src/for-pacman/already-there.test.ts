import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { serveFromCache } from './already-there.js';

const name = 'pkg-1-1-any.pkg.tar.zst';

function scene() {
  const folder = temporaryFolder();
  mkdirSync(folder.file('download'));
  return {
    folder,
    there: folder.file(name),
    to: folder.file(`download/${name}`),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

describe('serveFromCache', () => {
  it('copies a file of the parent directory', async () => {
    using all = scene();
    writeFileSync(all.there, 'content');
    expect(await serveFromCache(all.to)).toBe(true);
    expect(readFileSync(all.to, 'utf8')).toBe('content');
    expect(existsSync(all.there)).toBe(true);
  });

  it('leaves out the signature of a package that is there without one, and no other', async () => {
    using all = scene();
    expect(await serveFromCache(`${all.to}.sig`)).toBe(false);
    writeFileSync(all.there, 'content');
    expect(await serveFromCache(`${all.to}.sig`)).toBe(true);
    expect(existsSync(`${all.to}.sig`)).toBe(false);
    writeFileSync(`${all.there}.sig`, 'signature');
    expect(await serveFromCache(`${all.to}.sig`)).toBe(true);
    expect(readFileSync(`${all.to}.sig`, 'utf8')).toBe('signature');
  });

  it.each(['nothing', 'a link', 'a folder', 'a file with another name', 'a file that its owner alone may read'])(
    'copies nothing where %s is there',
    async (what) => {
      using all = scene();
      const other = all.folder.file('other');
      writeFileSync(other, 'secret');
      if (what === 'a link') symlinkSync(other, all.there);
      if (what === 'a folder') mkdirSync(all.there);
      if (what === 'a file with another name') linkSync(other, all.there);
      if (what.endsWith('may read')) writeFileSync(all.there, 'secret', { mode: 0o600 });
      expect(await serveFromCache(all.to)).toBe(false);
      expect(existsSync(all.to)).toBe(false);
      expect(existsSync(`${all.to}.new`)).toBe(false);
    },
  );
});
