/* Two tarballs of one package are compared file by file. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { differencesOf } from '../src/reproducible.mjs';

const size = { size: 1, unpackedSize: 1, files: [] };

/** A tarball with one file. */
function tarball(folder: string, name: string, { text = 'x', mode = 0o644 } = {}) {
  const place = join(folder, name);
  mkdirSync(join(place, 'package'), { recursive: true });
  writeFileSync(join(place, 'package/a.js'), text);
  chmodSync(join(place, 'package/a.js'), mode);
  const file = join(folder, `${name}.tgz`);
  execFileSync('tar', ['--mtime=@0', '-C', place, '-czf', file, 'package']);
  const integrity = createHash('sha512').update(readFileSync(file)).digest('base64');
  return { name: '@sb/a', version: '0.1.0', filename: `${name}.tgz`, file, integrity, ...size };
}

describe('two builds', () => {
  it('with the same bytes do not differ', () => {
    using folder = temporaryFolder();
    expect(differencesOf([tarball(folder.path, 'one')], [tarball(folder.path, 'other')])).toEqual([]);
  });

  it.each([
    ['a byte', { text: '/home/somebody/x' }],
    ['a mode', { mode: 0o755 }],
  ])('that differ in %s of one file are told apart by it', (_, other) => {
    using folder = temporaryFolder();
    const found = differencesOf([tarball(folder.path, 'one')], [tarball(folder.path, 'other', other)]);
    expect(found).toEqual(['@sb/a: package/a.js']);
  });

  it('of which one lacks a package differ', () => {
    using folder = temporaryFolder();
    expect(differencesOf([tarball(folder.path, 'one')], [])).toEqual(['@sb/a: is there once']);
  });
});
