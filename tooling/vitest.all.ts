/** The tests of every package in one vitest, so that no worker waits for the last file of a package. */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

import { maxWorkers } from './vitest.base.js';

/** Files that take long though they are small. */
const long = ['/test/mutation/', '/test/long/', '/test/interruption/', '/test/neighbour/', '/test/property/'];

/** They come first, so that none of them is left for one worker at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((folder) => moduleId.includes(folder));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: ['packages/*/vitest.config.ts', 'apps/*/vitest.config.ts', 'tooling/*/vitest.config.ts'],
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    reporters: [
      ['default', { summary: false }],
      ['json', { outputFile: process.env['SB_REPORT'] ?? 'reports/vitest.json' }],
    ],
  },
});
