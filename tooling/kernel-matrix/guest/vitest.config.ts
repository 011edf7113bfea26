/** How the tests of all layers run in one guest: one vitest, since an emulated machine takes long to start one. */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Everything takes longer in an emulated machine; a test that hangs still ends, and the guest is bounded as well. */
const patience = Number(process.env['SB_PATIENCE'] ?? 1);

export default defineConfig({
  root,
  // The root file system is read-only.
  cacheDir: `${process.env['TMPDIR'] ?? '/tmp'}/vite`,
  test: {
    include: (process.env['SB_SUITES'] ?? '').split(':'),
    globalSetup: [`${root}/tooling/test-kit/src/global-setup.ts`],
    // Tests restrict the processes that they spawn, never the one they run in: so one can run all of them.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000 * patience,
    hookTimeout: 60_000 * patience,
    reporters: ['default', ['json', { outputFile: process.env['SB_REPORT'] ?? 'report.json' }]],
  },
});
