import { describe, expect, it } from 'vitest';

import { Quiet } from '../src/quiet.mjs';

/** A look that takes one of these times after the other, and the last one from then on. */
function looksOf(...times: number[]): () => number {
  return () => (times.length > 1 ? (times.shift() ?? NaN) : (times[0] ?? NaN));
}

describe('Quiet', () => {
  it('works once on a quiet machine, and says nothing', async () => {
    const quiet = new Quiet(looksOf(20, 21, 22, 19));
    const done: number[] = [];
    for (const work of [1, 2]) await quiet.during(() => Promise.resolve(done.push(work)));
    expect([done, quiet.said]).toEqual([[1, 2], undefined]);
  });

  it('waits before work while the machine is busy, and repeats what a busy one has done', async () => {
    // At best 20: busy before the second piece of work, and after its first attempt.
    const quiet = new Quiet(looksOf(20, 20, 30, 21, 25, 21));
    const done: number[] = [];
    for (const work of [1, 2]) await quiet.during(() => Promise.resolve(done.push(work)));
    expect(done).toEqual([1, 2, 2]);
    expect(quiet.said).toBe('the machine was busy: waited 0 s; runs repeated: 1; busy runs that count: 0');
  });

  it('does the same work four times at most on a machine that is always busy', async () => {
    const times = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 20 : 40));
    const quiet = new Quiet(looksOf(...times));
    let done = 0;
    await quiet.during(() => Promise.resolve(done++));
    expect(done).toBe(4);
    expect([quiet.said, quiet.kept]).toEqual([expect.stringContaining('repeated: 3; busy runs that count: 1'), 1]);
  });
});
