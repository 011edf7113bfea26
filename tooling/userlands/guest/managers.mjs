// Package managers other than npm, without a registry and without scripts: a sandbox and a download from what they install.
// @ts-check
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { has, run, same, succeeded } from './checks.mjs';
import { packedPackages } from './install.mjs';
import { serve } from './server.mjs';

const env = { PATH: '/sb/runtime:/usr/bin:/bin', HOME: '/tmp', NO_COLOR: '1', CI: 'true' };
const enforcement = 'full';

/**
 * @typedef {object} Manager
 * @property {(packages: Readonly<Record<string, string>>) => Readonly<Record<string, object | string>>} files of a project, by name
 * @property {readonly string[]} install arguments of Node
 * @property {readonly string[]} run arguments of Node, before a program
 */

const yarn = '/sb/tools/node_modules/yarn/bin/yarn.js';
const pnpm = '/sb/tools/node_modules/pnpm/bin/pnpm.cjs';
const settings = ['nodeLinker: pnp', 'enableTelemetry: false', 'enableGlobalCache: false', 'enableScripts: false'];

/** What a package wants of the others is in the tarballs: each manager is told so in its own way. @type {Readonly<Record<string, Manager>>} */
const managers = {
  pnpm: {
    files: (dependencies) => ({ 'package.json': { private: true, dependencies, pnpm: { overrides: dependencies } } }),
    install: [pnpm, 'install', '--offline', '--ignore-scripts', '--store-dir', '/tmp/pnpm-store'],
    run: [],
  },
  'Yarn PnP': {
    files: (dependencies) => ({
      'package.json': { name: 'project', private: true, dependencies, resolutions: dependencies },
      '.yarnrc.yml': `${[...settings, 'enableNetwork: false'].join('\n')}\n`,
      'yarn.lock': '',
    }),
    install: [yarn, 'install', '--no-immutable'],
    run: [yarn, 'node'],
  },
};

/** @param {import('./checks.mjs').Checks} tests */
export async function checks(tests) {
  for (const [name, manager] of Object.entries(managers)) {
    await tests.test(`${name} installs the packages, and a sandbox from them lets and denies`, async () => {
      const folder = mkdtempSync('/tmp/sb-manager-');
      chmodSync(folder, 0o755);
      const packages = Object.fromEntries(packedPackages().map(([one, file]) => [one, `file:${file}`]));
      for (const [file, content] of Object.entries(manager.files(packages)))
        writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
      succeeded(await run(process.execPath, manager.install, { cwd: folder, env }));
      await childrenOf(folder, manager.run);
      await downloadBy(folder, manager.run);
      same(readdirSync(folder).includes('.pnp.cjs'), name === 'Yarn PnP');
    });
  }
}

/** What the Node matrix starts on Bun and Deno. @type {(folder: string, first: readonly string[]) => Promise<void>} */
async function childrenOf(folder, first) {
  const bait = join(folder, 'bait');
  writeFileSync(bait, '');
  chmodSync(bait, 0o666);
  copyFileSync('/sb/children/children.mjs', join(folder, 'children.mjs'));
  const said = succeeded(
    await run(process.execPath, [...first, 'children.mjs', bait, 'self-test'], { cwd: folder, env }),
  );
  const lets = { status: 0, isRefused: false };
  const denies = { status: 2, isRefused: true };
  same(JSON.parse(said), {
    spawn: { lets: { ...lets, enforcement }, denies: { ...denies, enforcement } },
    command: { lets, denies },
    control: lets,
    selfTest: true,
  });
  // By the control alone.
  same(readFileSync(bait, 'utf8'), 'written\n');
}

/** @type {(folder: string, first: readonly string[]) => Promise<void>} */
async function downloadBy(folder, first) {
  copyFileSync('/sb/examples/fetcher/download.mjs', join(folder, 'download.mjs'));
  const server = await serve();
  const file = join(folder, 'page');
  const ended = await run(process.execPath, [...first, 'download.mjs', `${server.origin}/page`, file], {
    cwd: folder,
    env,
  });
  server.close();
  has(succeeded(ended), `done  (worker: ${enforcement})`);
  same(readFileSync(file, 'utf8'), 'page');
}
