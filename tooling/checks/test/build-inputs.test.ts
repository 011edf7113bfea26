import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { Fingerprints, type Task } from '../../run/fingerprint.mjs';
import { root } from '../../run/shell.mjs';

/** Whether a build is another one once this file is. */
function reads(name: string, task: Task, file: string): boolean {
  const changed = new Fingerprints(root, (path) =>
    path.endsWith(`/${file}`) ? Buffer.from('changed') : readFileSync(path),
  );
  return changed.of(name, task) !== new Fingerprints(root).of(name, task);
}

describe('a build is made anew for', () => {
  it.each([
    ['a source', '@sb/core', 'build', 'packages/core/src/errors.ts'],
    ['a source of what it is built on', 'pacman-fetch', 'build', 'packages/core/src/errors.ts'],
    ['a source of what it is bundled with', '@sb/sandbox', 'build', 'packages/cli-kit/src/parse.ts'],
    ['a table in JSON', '@sb/seccomp', 'build', 'packages/seccomp/src/data/syscalls.json'],
    ['a page of the manual', 'pacman-fetch', 'build', 'apps/pacman-fetch/man/pacman-fetch.8.md'],
    ['its second configuration', '@sb/fetcher', 'build', 'packages/fetcher/tsup.worker.config.ts'],
    ['the configuration of all', '@sb/files', 'build', 'tooling/tsup.base.ts'],
    ['the compiler options of all', '@sb/files', 'build', 'tsconfig.base.json'],
    ['its package.json', '@sb/files', 'build', 'packages/files/package.json'],
    ['a C header of all', '@sb/caps', 'build:native', 'packages/native/sb_syscall.h'],
    ['the settings of all addons', '@sb/privdrop', 'build:native', 'packages/native/common.gypi'],
    ['how static programs are linked', 'pacman-fetch', 'build:native', 'packages/native/static.mk'],
    ['how the probe is built', '@sb/sandbox', 'build:native', 'packages/probe/native/probe.mk'],
    ['a licence of what it is linked with', '@sb/sandbox', 'build', 'packages/native/musl-copyright.txt'],
    ['a layer that the launcher includes', '@sb/sandbox', 'build:native', 'packages/landlock/native/landlock.h'],
    ['the probe that it ships', '@sb/sandbox', 'build:native', 'packages/probe/native/ops_net.c'],
    ['its Makefile', '@sb/sandbox', 'build:native', 'packages/sandbox/Makefile'],
    ['its binding.gyp', '@sb/sandbox', 'build:native', 'packages/sandbox/binding.gyp'],
    ['its starter', 'pacman-fetch', 'build:native', 'apps/pacman-fetch/native/start.c'],
  ] as const)('%s', (_, name, task, file) => {
    expect(readFileSync(`${root}/${file}`).length).toBeGreaterThan(0);
    expect(reads(name, task, file)).toBe(true);
  });
});

describe('a build stays for', () => {
  it.each([
    ['a test', '@sb/core', 'build', 'packages/core/src/errors.test.ts'],
    ['a README', '@sb/caps', 'build', 'packages/caps/README.md'],
    ['C', '@sb/caps', 'build', 'packages/caps/native/caps.c'],
    ['what only tests use', '@sb/caps', 'build', 'tooling/test-kit/src/program.ts'],
    ['TypeScript, in C', '@sb/caps', 'build:native', 'packages/caps/src/index.ts'],
    ['the configuration of tests', '@sb/core', 'build', 'tooling/vitest.base.ts'],
  ] as const)('%s', (_, name, task, file) => {
    expect(readFileSync(`${root}/${file}`).length).toBeGreaterThan(0);
    expect(reads(name, task, file)).toBe(false);
  });
});
