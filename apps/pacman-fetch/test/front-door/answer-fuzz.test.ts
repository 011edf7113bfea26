/* What the front door reads of a process that may be hostile, with every read and write checked. */
import { compileC, fewOrMany, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

/** The last one is another each time. */
const seeds = [7919, 104_729, 1, Date.now()].slice(fewOrMany(2, 0));

describe.skipIf(missing('linux'))('the reader of answers', () => {
  it(
    `takes ${100_000 * seeds.length} answers that are nearly right, and ends each in the way that fits`,
    { timeout: 120_000 },
    async () => {
      using folder = temporaryFolder();
      const sources = ['fixtures/answer-fuzz.c', '../../native/front/answer.c'];
      await compileC(folder.file('fuzz'), { from: import.meta.url, sources, flags: sanitizers });
      for (const seed of seeds) {
        const result = await runProgram(folder.file('fuzz'), [String(seed), '100000'], { timeout: 60_000 });
        expect(result, `seed ${seed}`).toMatchObject({ status: 0, stderr: '' });
        const ends = result.stdout.trim().split(' ').map(Number);
        // Each way of ending was met, or the words weren't nearly right.
        expect(ends).toHaveLength(6);
        expect(Math.min(...ends), `seed ${seed}: ${result.stdout}`).toBeGreaterThan(100);
      }
    },
  );
});
