import { describe, expect, it } from 'vitest';

import { portionsOf } from './portions.js';

describe('portionsOf', () => {
  it('has one portion where all fit, also without words', () => {
    expect(portionsOf([])).toEqual([[]]);
    expect(portionsOf(['a', 'b'])).toEqual([['a', 'b']]);
  });

  it('keeps all words in their order, in portions that any program takes', () => {
    const words = Array.from({ length: 12_000 }, (_, number) => `${number}-${'x'.repeat(186)}`);
    const portions = portionsOf(words);
    expect(portions.flat()).toEqual(words);
    for (const portion of portions) expect(Buffer.byteLength(portion.join(' '))).toBeLessThanOrEqual(64 * 1024);
    expect(portions.every((portion) => portion.length > 0)).toBe(true);
  });
});
