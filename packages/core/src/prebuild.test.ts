import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { SandboxError } from './errors.js';
import { loadPrebuild, prebuildPath } from './prebuild.js';

const folder = mkdtempSync(join(tmpdir(), 'sb-core-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadPrebuild', () => {
  it('says what was tried and what to do', () => {
    const root = pathToFileURL(`${folder}/`);
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

  it('says so where the file is there and is no addon', () => {
    const file = join(folder, prebuildPath('text'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'text');
    const root = pathToFileURL(`${folder}/`);
    expect(() => loadPrebuild({ layer: 'privdrop', name: 'text', root })).toThrow('The file is there');
  });

  it('names files as prebuildify does', () => {
    expect(prebuildPath('x')).toBe(`prebuilds/${process.platform}-${process.arch}/x.node`);
  });
});
