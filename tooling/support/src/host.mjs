// What a run of the Node matrix tells of the machine that it ran on, and of the runtimes that aren't Node.
// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { join } from 'node:path';

import { root } from './data.mjs';

/** The kernel, without what tells one machine from another. */
export function hostKernel() {
  return `Linux ${/^\d+\.\d+/.exec(release())?.[0] ?? 'unknown'} ${arch()}`;
}

/**
 * What the last test of `tooling/node-matrix` showed of Bun and Deno.
 *
 * @returns {readonly Omit<import('./data.mjs').Runtime, 'host'>[]}
 */
export function otherRuntimes() {
  const matrix = join(root, 'tooling/node-matrix');
  const report = join(matrix, 'reports/vitest.json');
  const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
  return ['Bun', 'Deno'].map((name) => {
    const tests = results
      .flatMap((/** @type {any} */ file) => file.assertionResults)
      .filter((/** @type {any} */ test) =>
        test.ancestorTitles.some((/** @type {string} */ title) => title.includes(name)),
      );
    /** @param {string} status */
    const count = (status) => tests.filter((/** @type {any} */ test) => test.status === status).length;
    const manifest = join(matrix, 'nodes/node_modules', name.toLowerCase(), 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    // No test is no result.
    const failed = tests.length === 0 ? 1 : count('failed');
    return {
      name,
      version,
      passed: count('passed'),
      failed,
      skipped: tests.length - count('passed') - count('failed'),
    };
  });
}
