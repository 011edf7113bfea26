/** The tests of every package in one vitest, so that no worker waits for the last file of a package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

import { isLong, maxWorkers, packageTests } from './vitest.base.js';
import { filesTogether } from './vitest.together.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that take longest though they are small: a list of mutants, one after the other. */
const longest = '/test/mutation/';

/** Files that take long though they are small. */
const long = ['/test/long/', '/test/interruption/', '/test/neighbour/', '/test/property/'];

/** What runs in one process is called this. */
const together = 'together';

/**
 * Test files that take long come first, so that none of them is left for one worker at the end. Files that share a process
 * come last. They are short, and a process is kept only for the next file of the same kind.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification): number => {
      if (project.name === together) return 3;
      if (moduleId.includes(longest)) return 0;
      return long.some((folder) => moduleId.includes(folder)) ? 1 : 2;
    };
    return [0, 1, 2, 3].flatMap((wanted) => sorted.filter((file) => rank(file) === wanted));
  }
}

/** Directories of the packages that have tests. */
const folders = ['packages', 'apps', 'tooling']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .filter((folder) => existsSync(join(folder, 'vitest.config.ts')));

// Whoever chooses packages wants all files of each, as it runs them itself.
const isChosen = process.argv.some((word) => word.startsWith('--project'));
const shared = isLong || isChosen ? [] : folders.flatMap((folder) => filesTogether(folder));

/** Files that an argument leaves out: vitest leaves them out of the list of the top only, not out of the lists of projects. */
const excluded = process.argv.filter((_, index, words) => words[index - 1] === '--exclude');

const nameOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string }).name;

export default defineConfig({
  root,
  test: {
    projects: [
      ...folders.map((folder) => ({
        extends: join(folder, 'vitest.config.ts'),
        root: folder,
        test: { name: nameOf(folder), exclude: [...excluded, ...shared.map((file) => relative(folder, file))] },
      })),
      {
        test: {
          ...packageTests({ testTimeout: 60_000 }).test,
          name: together,
          include: shared.map((file) => relative(root, file)),
          exclude: excluded,
          isolate: false,
        },
      },
    ],
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    reporters: [
      ['default', { summary: false }],
      ['json', { outputFile: process.env['SB_REPORT'] ?? 'reports/vitest.json' }],
    ],
  },
});
