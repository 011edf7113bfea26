/*
 * Profiles, units and policies of an author who means harm: each is refused, with its place, in little memory. All are
 * read by one process, which the test ends if it takes too long.
 */
import { bundleFixture, runProgram } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { hostile } from './texts.js';

interface End {
  readonly code: string;
  readonly path?: string;
  readonly length: number;
}

/** Megabytes of JavaScript objects; strings of the longest texts are 200 by themselves. */
const memory = 400;

it('refuses each with its place, in little memory and without an end of patience', { timeout: 120_000 }, async () => {
  const words = [`--max-old-space-size=${memory}`, bundleFixture(new URL('read.ts', import.meta.url), 'external')];
  const { stdout, stderr, status } = await runProgram(process.execPath, words, { timeout: 90_000 });
  expect([status, stderr]).toEqual([0, '']);
  const ends = JSON.parse(stdout) as readonly End[];
  expect(ends.map(({ path }, index) => ({ ...nameOf(index), path }))).toEqual(
    hostile.map(({ path }, index) => ({ ...nameOf(index), path })),
  );
  // What is refused is not repeated in full.
  expect(ends.flatMap(({ length }, index) => (length > 2000 ? [nameOf(index)] : []))).toEqual([]);
  // Not one is read, and none ends with an error of Node.
  const known = new Set(['invalid-policy', 'invalid-profile', 'unknown-syscall']);
  expect(ends.filter(({ code }) => !known.has(code))).toEqual([]);
});

const nameOf = (index: number) => ({ importer: hostile[index]?.importer, what: hostile[index]?.what });
