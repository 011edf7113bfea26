import { expect, it } from 'vitest';

import { nearest } from './nearest.js';

it.each([
  ['raed', ['read', 'write'], 'read'],
  ['writ', ['read', 'write'], 'write'],
  ['READ', ['read', 'write'], undefined],
  ['', ['read'], undefined],
  ['frobnicate', ['read', 'write'], undefined],
  ['read', [], undefined],
])('means for %s of %j %s', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant);
});
