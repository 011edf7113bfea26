import type { IdMap, IdRange } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { drawPrivateGroup } from './private-group.js';
import type { PrivdropSupport } from './support.js';

const mapOf = (...ranges: readonly IdRange[]): IdMap => ({ ranges, overflow: 65_534 });

type Available = Extract<PrivdropSupport, { state: 'available' }>;

const root: Available = {
  state: 'available',
  identity: { uid: [0, 0, 0, 0], gid: [0, 0, 0, 0], groups: [] },
  setuid: true,
  setgid: true,
  setgroups: 'allowed',
  uidMap: mapOf([0, 0xffff_ffff]),
  gidMap: mapOf([0, 0xffff_ffff]),
  noNewPrivs: 'available',
};

const nobodyHas = () => false;

/** What is drawn, many times; -1 for none. */
const drawn = (support: PrivdropSupport, isTaken: (gid: number) => boolean = nobodyHas): readonly number[] =>
  Array.from({ length: 200 }, () => {
    const group = drawPrivateGroup(support, isTaken);
    return 'gid' in group ? group.gid : -1;
  });

const code = (support: PrivdropSupport, isTaken = nobodyHas) => {
  const group = drawPrivateGroup(support, isTaken);
  return 'gid' in group ? undefined : group.obstacle.code;
};

describe('drawPrivateGroup', () => {
  it('draws another one each time, from a range that nobody gives groups of', () => {
    const gids = drawn(root);
    expect(new Set(gids).size).toBeGreaterThan(190);
    expect(Math.min(...gids)).toBeGreaterThanOrEqual(1_879_048_192);
    expect(Math.max(...gids)).toBeLessThanOrEqual(2_147_483_646);
  });

  it('draws from what services get for a while, in a container that has no numbers above', () => {
    const gids = drawn({ ...root, gidMap: mapOf([0, 65_536]) });
    expect(Math.min(...gids)).toBeGreaterThanOrEqual(61_184);
    expect(Math.max(...gids)).toBeLessThanOrEqual(65_519);
  });

  it('takes no number of a group', () => {
    expect(drawn(root, (gid) => gid % 2 === 0).filter((gid) => gid % 2 === 0)).toEqual([]);
    expect(drawn(root, (gid) => gid > 65_535).every((gid) => gid < 65_535)).toBe(true);
    expect(code(root, () => true)).toBe('not-mapped');
  });

  it('takes no number that stands for groups of outside', () => {
    const overflow = { ranges: [[0, 65_536]], overflow: 61_200 } as const;
    const isTaken = (gid: number) => gid > 61_210;
    expect(drawn({ ...root, gidMap: overflow }, isTaken)).not.toContain(61_200);
  });

  it.each<readonly [string, PrivdropSupport, string]>([
    ['where setgroups is denied', { ...root, setgroups: 'denied' }, 'setgroups-denied'],
    ['without CAP_SETGID', { ...root, setgid: false }, 'not-permitted'],
    ['where only one id is mapped', { ...root, gidMap: mapOf([0, 1]) }, 'not-mapped'],
    ['on another platform', { state: 'unsupported-platform', reason: 'x' }, 'unsupported-platform'],
  ])('draws none %s', (_, support, expected) => {
    expect(code(support)).toBe(expected);
  });
});
