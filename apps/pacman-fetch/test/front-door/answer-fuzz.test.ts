/* What the front door reads of a process that may be hostile, with every read and write checked. */
import { compileC, missing, runProgram, sanitizers, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

describe.skipIf(missing('linux'))('the reader of answers', () => {
  it(
    'takes 400,000 answers that are nearly right, and ends each in the way that fits',
    { timeout: 120_000 },
    async () => {
      using folder = temporaryFolder();
      const sources = ['fixtures/answer-fuzz.c', '../../native/front/answer.c'];
      await compileC(folder.file('fuzz'), { from: import.meta.url, sources, flags: sanitizers });
      for (const seed of [1, 7919, 104_729, Date.now()]) {
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
