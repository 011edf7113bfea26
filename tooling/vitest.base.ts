/** The one place that knows how a package's tests run. */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

/** Vitest settings for a package; `testTimeout` is in milliseconds for one test. */
export function packageTests(options: { readonly testTimeout?: number } = {}) {
  return defineConfig({
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      globalSetup: [fileURLToPath(new URL('test-kit/src/global-setup.ts', import.meta.url))],
      // Tests spawn processes of their own; two cores are shared by everything.
      maxWorkers: 2,
      testTimeout: options.testTimeout ?? 20_000,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
    },
  });
}
