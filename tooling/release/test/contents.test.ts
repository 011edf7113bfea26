/* What must not be in a tarball is named. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { problemsIn, untrueOncePublished } from '../src/contents.mjs';
import { limitsOf } from '../src/limits.mjs';

const bill = JSON.stringify({ components: [{ name: '@sb/core' }, { name: 'undici' }] });
const good: Readonly<Record<string, string>> = {
  LICENSE: 'MIT',
  'README.md': '',
  'CHANGELOG.md': '',
  'package.json': '{}',
  'dist/index.js': 'x'.repeat(5000),
  'dist/sbom.cdx.json': bill,
  'dist/THIRD-PARTY-LICENSES.txt': 'These:\n\nundici 7.30.2 (MIT)\n',
  'prebuilds/linux-x64/probe': 'ELF',
};

interface SaidOptions {
  readonly size?: number;
  readonly mode?: number;
  readonly processors?: readonly string[];
}

/** What is said of a tarball of @sb/core with these files. */
function said(
  files: Readonly<Record<string, string>>,
  { size = 1000, mode = 0o755, processors = [process.arch] }: SaidOptions = {},
): readonly string[] {
  using folder = temporaryFolder();
  const listed = Object.entries(files).map(([path, text]) => {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
    return { path, size: text.length, mode: path.startsWith('prebuilds') ? mode : 0o644 };
  });
  const about = { name: '@sb/core', version: '0.1.0', filename: 'x.tgz', file: 'x.tgz', integrity: 'sha512-x' };
  return problemsIn({ ...about, size, unpackedSize: 10 * size, files: listed }, folder.path, processors);
}

describe('a tarball', () => {
  it('with all that it has to hold is taken', () => {
    expect(said(good)).toEqual([]);
  });

  it.each([
    [
      'no licence',
      Object.fromEntries(Object.entries(good).filter(([path]) => path !== 'LICENSE')),
      'LICENSE is missing',
    ],
    [
      'no native part though it builds one',
      {
        ...Object.fromEntries(Object.entries(good).filter(([path]) => !path.startsWith('prebuilds/'))),
        'package.json': '{"scripts":{"build:native":"make"}}',
      },
      `prebuilds/${process.platform}-${process.arch}/ is missing`,
    ],
    [
      'no sources of the native part that it builds',
      { ...good, 'package.json': '{"scripts":{"build:native":"make"}}' },
      'source/build.mjs is missing',
    ],
    ['a test', { ...good, 'dist/a.test.js': '' }, 'dist/a.test.js is of no use to a user'],
    ['one file twice', { ...good, 'dist/b.js': 'x'.repeat(5000) }, 'dist/b.js is dist/index.js once more'],
    [
      'undici without its licence',
      { ...good, 'dist/THIRD-PARTY-LICENSES.txt': '' },
      'dist/THIRD-PARTY-LICENSES.txt has no licence of undici',
    ],
    [
      'glibc',
      { ...good, 'prebuilds/linux-x64/probe': 'ELF GNU C Library' },
      'prebuilds/linux-x64/probe has glibc in it; link it with musl',
    ],
  ])('with %s is refused', (_, files, problem) => {
    expect(said(files)).toContain(problem);
  });

  it.each([
    ['nothing', {}, 'prebuilds/linux-arm64/ is missing'],
    ['less', { 'prebuilds/linux-arm64/probe': 'ELF' }, 'prebuilds/linux-arm64/launcher is missing'],
  ])('with %s for another processor is refused where that must be there too', (_, more, problem) => {
    const manifest = { 'package.json': '{"scripts":{"build:native":"make"}}' };
    const own = { ...good, ...manifest, 'source/build.mjs': '', 'prebuilds/linux-x64/launcher': 'ELF' };
    const processors = ['x64', 'arm64'];
    expect(said({ ...own, ...more }, { processors })).toEqual([problem]);
    expect(said({ ...own, ...more }, { processors: ['x64'] })).toEqual([]);
    const whole = { 'prebuilds/linux-arm64/probe': 'ELF', 'prebuilds/linux-arm64/launcher': 'ELF' };
    expect(said({ ...own, ...whole }, { processors })).toEqual([]);
  });

  it('that is too large is refused, packed and unpacked', () => {
    expect(said(good, { size: 70_001 })).toEqual([
      'has 70001 bytes, over 70 kB',
      'unpacks to 700010 bytes, over 235 kB',
    ]);
  });

  it('may be larger by the native parts of another processor, and by nothing else', () => {
    const [x64, arm64] = ['prebuilds/linux-x64/caps.node', 'prebuilds/linux-arm64/caps.node'];
    expect(limitsOf('@sb/caps', ['dist/index.js', x64])).toEqual([90, 300]);
    expect(limitsOf('@sb/caps', [x64, x64.replace('caps', 'other')])).toEqual([90, 300]);
    expect(limitsOf('@sb/caps', [x64, arm64])).toEqual([105, 370]);
    // One that is not in the table may be of no size at all.
    expect(limitsOf('@sb/new', [x64])).toEqual([0, 0]);
  });

  it.each(['It is not published yet: add it.', 'It is not\npublished yet.'])(
    'that is to be published may not say that it is not: %j',
    (text) => {
      using folder = temporaryFolder();
      writeFileSync(folder.file('README.md'), text);
      writeFileSync(folder.file('CHANGELOG.md'), 'This is not published: a word of another meaning. Yet.');
      const files = ['README.md', 'CHANGELOG.md'].map((path) => ({ path, size: 1, mode: 0o644 }));
      const about = { name: '@sb/core', version: '0.1.0', filename: 'x.tgz', file: 'x.tgz', integrity: 'sha512-x' };
      const tarball = { ...about, size: 1, unpackedSize: 1, files };
      expect(untrueOncePublished(tarball, folder.path)).toEqual(['README.md says that it is not published yet']);
    },
  );

  it.each([0o644, 0o775])('with a program of the mode %o is refused', (mode) => {
    expect(said(good, { mode })).toEqual([`prebuilds/linux-x64/probe has the mode ${mode.toString(8)}`]);
  });
});
