/* Each package has a version of its own: what a release of one does to the others. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { packagesOf } from '../../run/fingerprint.mjs';
import { root } from '../../run/shell.mjs';

const changesets = join(root, 'node_modules/@changesets/cli/bin.js');

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The manifests of this tree after a release in which @sb/privdrop changes so much. */
function released(folder: TemporaryFolder, change: 'patch' | 'minor'): (place: string) => Manifest {
  mkdirSync(folder.file('.changeset'));
  cpSync(join(root, 'package.json'), folder.file('package.json'));
  cpSync(join(root, '.changeset/config.json'), folder.file('.changeset/config.json'));
  // The lock tells it that this is a tree of npm's.
  writeFileSync(folder.file('package-lock.json'), '{}');
  for (const { folder: place } of packagesOf().values()) {
    mkdirSync(folder.file(place), { recursive: true });
    for (const file of readdirSync(join(root, place)).filter((name) => /^(?:package\.json|CHANGELOG\.md)$/.test(name)))
      cpSync(join(root, place, file), join(folder.file(place), file));
  }
  symlinkSync(join(root, 'node_modules'), folder.file('node_modules'));
  writeFileSync(folder.file('.changeset/x.md'), `---\n'@sb/privdrop': ${change}\n---\n\nKnows a new thing.\n`);
  execFileSync('git', ['init', '--quiet', folder.path]);
  execFileSync(process.execPath, [changesets, 'version'], { cwd: folder.path, stdio: 'pipe' });
  return (place) => JSON.parse(readFileSync(join(folder.path, place, 'package.json'), 'utf8')) as Manifest;
}

const others = [
  'packages/core',
  'packages/caps',
  'packages/landlock',
  'packages/seccomp',
  'packages/sandbox',
  'apps/pacman-fetch',
];

describe('a release of @sb/privdrop', () => {
  it('for a fix touches no other package: their ranges hold it', () => {
    using folder = temporaryFolder();
    const manifest = released(folder, 'patch');
    expect(manifest('packages/privdrop').version).toBe('0.1.1');
    expect(others.map((place) => manifest(place).version)).toEqual(others.map(() => '0.1.0'));
    expect(readFileSync(folder.file('packages/privdrop/CHANGELOG.md'), 'utf8')).toMatch(
      /^# @sb\/privdrop\n\n## 0\.1\.1\n[^]*Knows a new thing\.[^]*\n## 0\.1\.0\n/,
    );
  }, 60_000);

  it('that may break others moves those that need it, and their ranges, and no layer', () => {
    using folder = temporaryFolder();
    const manifest = released(folder, 'minor');
    expect(manifest('packages/privdrop').version).toBe('0.2.0');
    expect(manifest('packages/sandbox')).toMatchObject({
      version: '0.1.1',
      dependencies: { '@sb/privdrop': '^0.2.0' },
    });
    for (const place of ['packages/caps', 'packages/landlock', 'packages/seccomp'])
      expect(manifest(place).version).toBe('0.1.0');
    expect(manifest('tooling/kernel-matrix').version).toBe('0.0.0');
  }, 60_000);
});
