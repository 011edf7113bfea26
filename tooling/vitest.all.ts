/** How `npm test` runs: the tests of every package in one vitest, so that no worker waits for the last file of a package. */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

import { maxWorkers } from './vitest.base.js';

/** The files that take longest come first, so that none of them is left for one worker at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/mutation/');
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: ['packages/*/vitest.config.ts', 'apps/*/vitest.config.ts', 'tooling/*/vitest.config.ts'],
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    reporters: [['default', { summary: false }], ['json', { outputFile: 'reports/vitest.json' }]],
  },
});
