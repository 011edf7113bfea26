import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { SandboxError } from './errors.js';
import { libcOf, loadPrebuild, prebuildPath } from './prebuild.js';

const folder = mkdtempSync(join(tmpdir(), 'sb-core-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadPrebuild', () => {
  it('says what was tried and what to do', () => {
    const root = pathToFileURL(`${folder}/`);
    const load = () => loadPrebuild({ layer: 'privdrop', name: 'nothing', root });
    expect(load).toThrow(SandboxError);
    expect(load).toThrow(join(folder, prebuildPath('nothing')));
    expect(load).toThrow('Reinstall the package');
    try {
      load();
    } catch (error) {
      expect(error).toMatchObject({ code: 'prebuild-missing', layer: 'privdrop', step: 'load-addon' });
    }
  });

  it('names files as prebuildify does', () => {
    const libc = process.platform === 'linux' ? '.(glibc|musl)' : '';
    expect(prebuildPath('x')).toMatch(new RegExp(`^prebuilds/${process.platform}-${process.arch}/x${libc}\\.node$`));
  });
});

describe('libcOf', () => {
  it.each([
    ['/lib/ld-musl-x86_64.so.1', 'musl'],
    ['/lib64/ld-linux-x86-64.so.2', 'glibc'],
    ['', 'glibc'],
  ])('takes a program whose interpreter is %j for %s', (interpreter, libc) => {
    const file = join(folder, 'program');
    writeFileSync(file, `\x7fELF${'\0'.repeat(300)}${interpreter}\0`);
    expect(libcOf(file)).toBe(libc);
  });
});
