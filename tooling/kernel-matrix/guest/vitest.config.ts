/** How the tests of all layers run in one guest: one vitest, since an emulated machine takes long to start one. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Everything takes longer in an emulated machine; a test that hangs still ends, and the guest is bounded as well. */
const patience = Number(process.env['SB_PATIENCE'] ?? 1);

/** Modules that were transformed elsewhere, copied to where what is missing can be added. */
function copied(from: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sb-modules-'));
  cpSync(from, folder, { recursive: true });
  return folder;
}

/** Where transformed modules are, and where they are to be left (../src/modules.mjs); undefined: nowhere. */
const { SB_MODULES: given, SB_MODULES_TO: wanted } = process.env;
const modules = given === undefined ? wanted : copied(given);

export default defineConfig({
  root,
  // The root file system is read-only.
  cacheDir: `${process.env['TMPDIR'] ?? '/tmp'}/vite`,
  test: {
    include: (process.env['SB_SUITES'] ?? '').split(':'),
    globalSetup: [`${root}/tooling/test-kit/src/global-setup.ts`],
    // Tests restrict the processes that they spawn, never the one they run in: so one can run all of them.
    isolate: false,
    // The processors of an emulated machine take turns on one of the host's: a second worker would only start once more.
    maxWorkers: Number(process.env['SB_WORKERS'] ?? 2),
    experimental: modules === undefined ? {} : { fsModuleCache: true, fsModuleCachePath: modules },
    server: { deps: { external: [/\/packages\/[a-z]+\/dist\//] } },
    testTimeout: 60_000 * patience,
    hookTimeout: 60_000 * patience,
    reporters: ['default', ['json', { outputFile: process.env['SB_REPORT'] ?? 'report.json' }]],
  },
});
