import { describe, expect, it } from 'vitest';

import { parseIdMap, support } from './support.js';

describe('parseIdMap', () => {
  it('reads ranges', () => {
    expect(parseIdMap('         0       1000          1\n         1     100000      65536\n')).toEqual([
      [0, 1],
      [1, 65_536],
    ]);
  });

  it('maps nothing where the map is empty, everything where there is no map', () => {
    expect(parseIdMap('')).toEqual([]);
    expect(parseIdMap(undefined)).toEqual([[0, 0xffff_ffff]]);
  });
});

describe('support', () => {
  it('is plain data about this process', () => {
    const answer = support();
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(answer).toMatchObject({ state: 'available', identity: { uid: expect.any(Array) as number[] } });
  });
});
