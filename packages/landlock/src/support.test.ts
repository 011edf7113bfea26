import { describe, expect, it } from 'vitest';

import { support, supportFrom } from './support.js';

describe('supportFrom', () => {
  it.each([
    [1, -22, { state: 'available', abi: 1, errata: [] }],
    [7, 0, { state: 'available', abi: 7, errata: [] }],
    [7, 0b101, { state: 'available', abi: 7, errata: [1, 3] }],
    [-38, -38, { state: 'not-built', abi: 0, errata: [] }],
    [-95, -95, { state: 'disabled-at-boot', abi: 0, errata: [] }],
    [-1, -1, { state: 'blocked', abi: 0, errata: [] }],
    [0, 0, { state: 'not-built', abi: 0, errata: [] }],
  ])('reads the answers %i and %i', (abi, errata, expected) => {
    expect(supportFrom(abi, errata)).toMatchObject(expected);
  });

  it('says why where there is none', () => {
    expect(supportFrom(-13, -13)).toMatchObject({ state: 'blocked', reason: expect.stringContaining('EACCES') });
  });
});

describe('support', () => {
  it('gives the kernel of this machine one of its states', () => {
    expect(['available', 'disabled-at-boot', 'not-built', 'blocked', 'unsupported-platform']).toContain(
      support().state,
    );
  });
});
