/** The one place that knows how tests run: those of a package, and those of all packages at once. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { configDefaults, defineConfig } from 'vitest/config';

/** Whether this is `npm run test:long`: tests that take long, and those that have more cases then. */
export const isLong = process.env['SB_LONG'] === '1';

/** Whether what a failing test staged stays, to be looked at. */
const isKeeping = process.env['SB_KEEP'] === '1';

// Tests start Node thousands of times, and each would read these certificates: two thirds of its start. No test leaves the machine.
delete process.env['NODE_EXTRA_CA_CERTS'];

/** What takes long: many starts, and tests of the tests. */
const longTests = ['test/long/**/*.test.ts', 'test/mutation/**/*.test.ts'];

/**
 * The number of test files at a time. It is three times the number of processors, since two of three files wait for a clock, a
 * server or the end of a program. Tests start programs: with more than eight files, these would wait for each other.
 */
export const maxWorkers = Math.min(3 * availableParallelism(), 8);

/** What a package says of its tests. */
interface PackageTests {
  /** Milliseconds for one test. Default: 20,000 */
  readonly testTimeout?: number;
  /** Files below the package, with wildcards, that ask `fewOrMany` (`@sb/test-kit`) how many they are to try. */
  readonly moreCases?: readonly string[];
}

/** Vitest settings for a package. */
export function packageTests({ testTimeout = 20_000, moreCases = [] }: PackageTests = {}) {
  return defineConfig({
    test: {
      include: isLong ? [...longTests, ...moreCases] : ['src/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: isLong ? configDefaults.exclude : [...configDefaults.exclude, ...longTests],
      globalSetup: ['run/require-built.mjs', 'test-kit/src/global-setup.ts'].map((file) =>
        fileURLToPath(new URL(file, import.meta.url)),
      ),
      setupFiles: isKeeping ? [fileURLToPath(new URL('test-kit/src/keep.ts', import.meta.url))] : [],
      // What is built needs no transform, which took half of the time of short tests. But a test puts itself between
      // @sb/files and the file system.
      server: { deps: { external: [/\/packages\/(?!files\/)[a-z]+\/dist\//] } },
      maxWorkers,
      testTimeout: isLong ? 10 * testTimeout : testTimeout,
      hookTimeout: 60_000,
      // vitest's own second is short where others use the machine; what ends by itself does so after ten.
      expect: { poll: { timeout: 5000 } },
      reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
    },
  });
}
