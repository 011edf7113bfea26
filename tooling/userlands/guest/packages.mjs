// Each package as it is installed: imported, required, asked what it can do here; its programs started.
// @ts-check
import { constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import * as caps from '@sb/caps';
import { readTaskStatus } from '@sb/core';
import { isRoot } from '@sb/files';
import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import { createSandbox, sbExecPath } from '@sb/sandbox';
import * as seccomp from '@sb/seccomp';

import { has, run, same, succeeded } from './checks.mjs';

const modules = join(import.meta.dirname, 'node_modules');
const scoped = ['caps', 'core', 'fetcher', 'files', 'landlock', 'privdrop', 'sandbox', 'seccomp'];

/** Programs, by the package that has them. */
const programs = { 'sb-run': '@sb/sandbox', 'sb-seccomp': '@sb/seccomp', 'pacman-fetch': 'pacman-fetch' };

/** What a package says of itself that shows it works. @type {Readonly<Record<string, () => unknown>>} */
const words = {
  core: () => same(readTaskStatus(process.pid).uid[0], process.getuid?.()),
  files: () => same(isRoot(), process.getuid?.() === 0),
  privdrop: () => {
    same(privdrop.support().state, 'available');
    const { uid, gid } = privdrop.lookupUser('nobody');
    same({ uid, gid }, { uid: 65_534, gid: 65_534 });
  },
  caps: () => {
    same(caps.support().state, 'available');
    same(caps.get().effective.length > 0, process.getuid?.() === 0);
  },
  landlock: () => same(landlock.support().state, 'available'),
  seccomp: () => same(seccomp.support().state, 'available'),
  sandbox: () => same(createSandbox({}).plan().status, 'full'),
};

/** @type {(tests: import('./checks.mjs').Checks, isNode: boolean) => Promise<void>} */
export async function checks(tests, isNode) {
  await tests.test('nothing is installed that is not of this project', () => {
    same(
      readdirSync(modules)
        .filter((name) => !name.startsWith('.'))
        .toSorted(),
      ['@sb', 'pacman-fetch'],
    );
    same(readdirSync(join(modules, '@sb')).toSorted(), scoped);
  });
  for (const name of scoped) {
    await tests.test(`@sb/${name} is imported`, async () => {
      const exported = Object.keys(await import(`@sb/${name}`));
      same(exported.length > 0, true);
      if (!isNode) return;
      const required = Object.keys(createRequire(import.meta.url)(`@sb/${name}`));
      // Node adds a name for what calls itself an ES module.
      same(required.filter((one) => one !== '__esModule' && one !== 'module.exports').toSorted(), exported.toSorted());
    });
    const word = words[name];
    if (word !== undefined) await tests.test(`@sb/${name} works here`, word);
  }
  await tests.test('programs may be executed, by everybody', () => {
    const folder = sbExecPath().replace(/\/[^/]+$/, '');
    for (const name of ['launcher', 'sb-exec']) {
      const { mode } = statSync(join(folder, name));
      same(mode & (constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH), 0o111, name);
      same(mode & 0o022, 0, `${name} can be written by others`);
    }
  });
  if (!isNode) return;
  for (const [name, of] of Object.entries(programs)) {
    await tests.test(`${name} says its version`, async () => {
      const { version } = JSON.parse(readFileSync(join(modules, of, 'package.json'), 'utf8'));
      has(succeeded(await run(process.execPath, [join(modules, '.bin', name), '--version'])), version);
    });
  }
}
