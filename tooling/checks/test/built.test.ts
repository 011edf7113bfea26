import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { type TemporaryFolder, temporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { packageTests } from '../../vitest.base.js';
import { stamped, staleParts } from '../../run/built.mjs';
import { packageOf, refresh } from '../../run/require-built.mjs';
import { root } from '../../run/shell.mjs';

const source = 'packages/lower/src/index.ts';
const built = 'packages/lower/dist/index.js';

describe('what tests run', () => {
  let folder: TemporaryFolder;
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(folder.file(file)), { recursive: true });
    writeFileSync(folder.file(file), text);
  };
  const build = (...during: readonly (() => void)[]): void => {
    for (const name of ['lower', 'upper']) {
      stamped({ base: folder.file('.'), name, task: 'build' }, () => {
        write(`packages/${name}/dist/index.js`, 'built');
        for (const one of during) one();
      });
    }
  };
  const stale = (name = 'upper'): readonly string[] => staleParts(name, folder.file('.'));

  beforeEach(() => {
    folder = temporaryFolder();
    write('turbo.json', JSON.stringify({ tasks: { build: { inputs: ['src/**', '!src/**/*.test.ts'] } } }));
    const scripts = { build: 'tsup' };
    write('packages/lower/package.json', JSON.stringify({ name: 'lower', scripts }));
    write('packages/upper/package.json', JSON.stringify({ name: 'upper', scripts, dependencies: { lower: '1.0.0' } }));
    write(source, 'before');
    write('packages/lower/src/index.test.ts', 'before');
    write('packages/upper/src/index.ts', 'before');
    build();
  });
  afterEach(() => folder[Symbol.dispose]());

  it('control: is of its sources after a build', () => {
    expect(stale()).toEqual([]);
  });

  it('is stale once a source is another one, with everything above it', () => {
    write(source, 'restrictSelf does nothing');
    expect(stale()).toEqual(['upper: dist is not of its sources', 'lower: dist is not of its sources']);
  });

  it('is stale though the source has its old time', () => {
    write(source, 'restrictSelf does nothing');
    utimesSync(folder.file(source), 1, 1);
    expect(stale('lower')).toEqual(['lower: dist is not of its sources']);
  });

  it('is stale once a source is new or gone', () => {
    write('packages/lower/src/new.ts', '');
    expect(stale('lower')).toHaveLength(1);
    rmSync(folder.file('packages/lower/src/new.ts'));
    expect(stale('lower')).toEqual([]);
    rmSync(folder.file(source));
    expect(stale('lower')).toHaveLength(1);
  });

  it('is not stale for a test, nor for a file written anew', () => {
    write('packages/lower/src/index.test.ts', 'after');
    write('packages/lower/README.md', 'after');
    write(source, 'before');
    expect(stale()).toEqual([]);
  });

  it('is stale once something else than the build wrote to it', () => {
    write(built, 'another build');
    expect(stale('lower')).toEqual(['lower: dist is not what its build made']);
    rmSync(folder.file(built));
    expect(stale('lower')).toEqual(['lower: dist is not what its build made']);
  });

  it('is not stale for what an earlier build left beside', () => {
    write('packages/lower/dist/chunk-of-before.js', 'left');
    expect(stale()).toEqual([]);
  });

  it('was not built where the build failed', () => {
    const broken = (): void => {
      throw new Error('no');
    };
    expect(() => build(broken)).toThrow('no');
    expect(stale('lower')).toEqual(['lower: dist was not built']);
  });

  it('is not built by a build for another processor', () => {
    write(source, 'restrictSelf does nothing');
    vi.stubEnv('PREBUILD_ARCH', 'riscv64');
    build();
    vi.unstubAllEnvs();
    expect(stale('lower')).toEqual(['lower: dist is not of its sources']);
  });

  it('was not built where a source changed meanwhile', () => {
    expect(() => build(() => write(source, 'meanwhile'))).toThrow('a source of lower changed while it was built');
    expect(stale('lower')).toEqual(['lower: dist was not built']);
  });
});

describe('the tests of a package', () => {
  it('build what is stale, with what it needs', () => {
    const builds: unknown[] = [];
    const answers = [['@sb/caps: dist is not of its sources'], []];
    refresh('@sb/caps', { stale: () => answers.shift() ?? [], build: (options) => builds.push(options) });
    expect(builds).toEqual([['--filter=@sb/caps...']]);
  });

  it('build nothing that is as its sources', () => {
    const builds: unknown[] = [];
    refresh('@sb/caps', { stale: () => [], build: (options) => builds.push(options) });
    expect(builds).toEqual([]);
  });

  it('fail where the build left it stale, and name the command', () => {
    const stale = (): readonly string[] => ['@sb/caps: dist is not of its sources'];
    expect(() => refresh('@sb/caps', { stale, build: () => {} })).toThrow(/@sb\/caps: dist .* Run: npm run build$/);
  });

  it('ask before all else', () => {
    expect(packageTests().test?.globalSetup).toEqual([expect.stringContaining('require-built.mjs'), expect.anything()]);
    expect(packageOf(`${root}/packages/caps`)).toBe('@sb/caps');
  });

  it('leave a copy elsewhere to those who changed it', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('package.json'), '{"name":"@sb/caps"}');
    expect(packageOf(folder.file('.'))).toBeUndefined();
  });
});
