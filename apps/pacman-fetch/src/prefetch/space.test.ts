import { writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { requireSpace } from './space.js';

/** More than any disk has. */
const huge = Number.MAX_SAFE_INTEGER;

describe('requireSpace', () => {
  it('refuses what has no room, in pacman’s words, and takes what has', () => {
    using folder = temporaryFolder();
    const request = (size: number) => ({ sources: [], to: folder.file('x'), size });
    expect(() => requireSpace([request(1)])).not.toThrow();
    expect(() => requireSpace([request(huge)])).toThrow(
      expect.objectContaining({
        kind: 'download',
        message: expect.stringMatching(/^Partition \/.* too full: \d+ blocks needed, \d+ blocks free$/) as string,
      }),
    );
    // Files of which each has room need not have any together.
    expect(() => requireSpace(Array.from({ length: 4096 }, () => request(2 ** 41)))).toThrow(/too full/);
  });

  it('counts what is still to come, and nothing of what has no known size', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('x.part'), 'begun');
    expect(() => requireSpace([{ sources: [], to: folder.file('x'), size: 5 }])).not.toThrow();
    expect(() => requireSpace([{ sources: [], to: folder.file('y') }])).not.toThrow();
  });
});
