import { describe, expect, it } from 'vitest';

import { Blocks } from './blocks.js';

/** Takes and gives back so many blocks, and returns them. */
function used(blocks: Blocks, { count, bytes }: { readonly count: number; readonly bytes: number }): readonly Buffer[] {
  const all = Array.from({ length: count }, () => blocks.take(bytes));
  for (const block of all) blocks.give(block);
  return all;
}

describe('blocks', () => {
  it('are kept up to 8 MiB in all', () => {
    const blocks = new Blocks();
    const seen = new Set<Buffer>();
    const sizes = [4096, 8192, 65_536, 262_144];
    for (const bytes of sizes) for (const block of used(blocks, { count: (12 << 20) / bytes, bytes })) seen.add(block);
    let kept = 0;
    for (const bytes of sizes) {
      for (let block = blocks.take(bytes); seen.has(block); block = blocks.take(bytes)) kept += block.length;
    }
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(8 << 20);
  });

  it('of another size take the place of those that nobody takes any more', () => {
    const blocks = new Blocks();
    used(blocks, { count: 64, bytes: 131_072 });
    const later = new Set(used(blocks, { count: 8, bytes: 262_144 }));
    for (let number = 0; number < 8; number++) expect(later.has(blocks.take(262_144))).toBe(true);
  });
});
