import { describe, expect, it } from 'vitest';

import { isMapped, mayBeStranger, parseIdMap, readIdMap } from './id-map.js';

const overflow = 65_534;

describe('parseIdMap', () => {
  it('reads ranges', () => {
    expect(parseIdMap('         0       1000          1\n         1     100000      65536\n')).toEqual([
      [0, 1],
      [1, 65_536],
    ]);
  });

  it('maps nothing where the map is empty, everything where the map is missing', () => {
    expect(parseIdMap('')).toEqual([]);
    expect(parseIdMap(undefined)).toEqual([[0, 0xffff_ffff]]);
  });
});

describe('isMapped', () => {
  it.each([
    [9, false],
    [10, true],
    [14, true],
    [15, false],
  ])('knows the ends of a range: %d', (id, expected) => {
    expect(isMapped(id, { ranges: [[10, 5]] })).toBe(expected);
  });
});

describe('mayBeStranger', () => {
  it.each<[string, number, string, boolean]>([
    ['the overflow id, where nothing is mapped', overflow, '', true],
    ['the overflow id, where it is mapped itself and others are not', overflow, '0 100000 65536', true],
    ['the overflow id, where everything is mapped', overflow, '0 0 4294967295', false],
    ['another id, where nothing is mapped', 1000, '', false],
    ['root, where root alone is mapped', 0, '0 1000 1', false],
  ])('is asked of %s', (_name, id, map, expected) => {
    expect(mayBeStranger(id, { ranges: parseIdMap(map), overflow })).toBe(expected);
  });

  it('goes by the overflow id that the kernel has', () => {
    expect(mayBeStranger(65_534, { ranges: [], overflow: 99 })).toBe(false);
    expect(mayBeStranger(99, { ranges: [], overflow: 99 })).toBe(true);
  });
});

describe.skipIf(process.platform !== 'linux')('readIdMap', () => {
  it.each(['uid', 'gid'] as const)('has the %s of this process', (kind) => {
    const map = readIdMap(kind);
    expect(isMapped(process.getuid?.() ?? -1, map)).toBe(true);
    expect(Number.isInteger(map.overflow)).toBe(true);
  });
});
