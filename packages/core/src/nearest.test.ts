import { expect, it } from 'vitest';

import { nearest } from './nearest.js';

it.each([
  ['raed', ['read', 'write'], 'read'],
  ['writ', ['read', 'write'], 'write'],
  ['READ', ['read', 'write'], undefined],
  ['', ['read'], undefined],
  ['frobnicate', ['read', 'write'], undefined],
  ['read', [], undefined],
  ['a'.repeat(64), ['a'.repeat(63)], 'a'.repeat(63)],
  ['a'.repeat(65), ['a'.repeat(64)], undefined],
])('means for %s of %j %s', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

it('compares no word that somebody made long to keep us busy', () => {
  const known = Array.from({ length: 100 }, (_, index) => `ADirectiveOfAConfiguration${index}`);
  const began = process.cpuUsage();
  // Half a minute of a processor where each letter is compared with each.
  for (let round = 0; round < 100; round++) expect(nearest('x'.repeat(4000), known)).toBeUndefined();
  const { user } = process.cpuUsage(began);
  expect(user / 1e6).toBeLessThan(2);
});
