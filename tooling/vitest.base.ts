/** The one place that knows how tests run: those of a package, and those of all packages at once. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { configDefaults, defineConfig } from 'vitest/config';

/** What only `npm run test:long` runs. */
export const longTests = ['test/long/**/*.test.ts'];

/**
 * Test files at a time. Tests start programs of their own, which want a processor as well; past eight they would share
 * disks and ports rather than processors.
 */
export const maxWorkers = Math.max(1, Math.min(availableParallelism(), 8));

/** Vitest settings for a package; `testTimeout` is in milliseconds for one test. */
export function packageTests(options: { readonly testTimeout?: number } = {}) {
  return defineConfig({
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: [...configDefaults.exclude, ...longTests],
      globalSetup: [fileURLToPath(new URL('test-kit/src/global-setup.ts', import.meta.url))],
      maxWorkers,
      testTimeout: options.testTimeout ?? 20_000,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
    },
  });
}
