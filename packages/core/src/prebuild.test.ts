import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { SandboxError } from './errors.js';
import { loadPrebuild, prebuildPath } from './prebuild.js';
import { missingPrebuild, packageRoot, refuseMissingPrebuild } from './prebuild-missing.js';

const folder = mkdtempSync(join(tmpdir(), 'sb-core-'));
afterAll(() => rmSync(folder, { recursive: true }));
// What a package is known by.
writeFileSync(join(folder, 'package.json'), '{ "name": "@sb/privdrop" }');

describe('loadPrebuild', () => {
  it('says what was tried and what to do', () => {
    const root = `${folder}/`;
    const load = () => loadPrebuild({ layer: 'privdrop', name: 'nothing', root });
    expect(load).toThrow(SandboxError);
    expect(load).toThrow(join(folder, prebuildPath('nothing')));
    expect(load).toThrow('install the package again');
    try {
      load();
    } catch (error) {
      expect(error).toMatchObject({ code: 'prebuild-missing', layer: 'privdrop', step: 'load-addon' });
    }
  });

  it('reports a file that exists but is not an addon', () => {
    const file = join(folder, prebuildPath('text'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'text');
    const root = `${folder}/`;
    expect(() => loadPrebuild({ layer: 'privdrop', name: 'text', root })).toThrow('The file exists');
  });

  it('names files as prebuildify does', () => {
    expect(prebuildPath('x')).toBe(`prebuilds/${process.platform}-${process.arch}/x.node`);
  });
});

describe('code that was copied out of its package', () => {
  const external = expect.stringContaining('leave @sb/* external') as string;

  it('says so, and not to install again', () => {
    const root = `${folder}/`;
    const load = () => loadPrebuild({ layer: 'caps', name: 'caps', root });
    expect(missingPrebuild(load)).toMatchObject({ state: 'prebuild-missing', hint: external });
  });

  it('says so where it has no place at all', () => {
    expect(missingPrebuild(() => packageRoot('caps', undefined))).toEqual({
      state: 'prebuild-missing',
      reason: expect.stringContaining('does not know its own location') as string,
      hint: external,
    });
  });

  it('finds no package beside a bundle, for all that lies there', () => {
    const module = (above: string) => pathToFileURL(join(above, 'dist', 'index.js')).href;
    expect(packageRoot('privdrop', module(folder))).toBe(`${folder}/`);
    expect(() => packageRoot('caps', module(folder))).toThrow('is not the directory of @sb/caps');
    expect(() => packageRoot('caps', module(join(folder, 'none')))).toThrow('leave @sb/* external');
  });

  it.runIf(process.geteuid?.() === 0)('names the permissions where a user may not read the package', () => {
    chmodSync(folder, 0o700);
    process.seteuid?.(65_534);
    try {
      const load = () => packageRoot('privdrop', pathToFileURL(join(folder, 'dist', 'index.js')).href);
      expect(load).toThrow(`This user may not read ${folder}/`);
    } finally {
      process.seteuid?.(0);
    }
  });

  it('finds no package where every user can place a package.json', () => {
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    writeFileSync(join(shared, 'package.json'), '{ "name": "@sb/privdrop" }');
    const module = pathToFileURL(join(shared, 'app', 'bundle.mjs')).href;
    expect(() => packageRoot('privdrop', module)).toThrow('is not the directory of @sb/privdrop');
    chmodSync(shared, 0o755);
    expect(packageRoot('privdrop', module)).toBe(`${shared}/`);
  });
});

describe('a support that was made up', () => {
  it('is refused where it says that the native part is missing, and left to others elsewhere', () => {
    const missing = { state: 'prebuild-missing', reason: 'why', hint: 'What to do.' };
    expect(() => refuseMissingPrebuild('caps', missing)).toThrow('caps: why. What to do.');
    for (const other of [{ state: 'available' }, undefined as never]) {
      expect(() => refuseMissingPrebuild('caps', other)).not.toThrow();
    }
  });

  it('hides no other error', () => {
    const load = () => {
      throw new TypeError('another');
    };
    expect(() => missingPrebuild(load)).toThrow('another');
  });
});
