import { missing } from '@sb/test-kit';
import { orderTimeout as timeout } from '@sb/test-kit/mutation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Mutant } from './mutants.js';
import { makeWorkshop, type Workshop } from './workshop.js';

/** The tests of a list of mutants, in one workshop, one after the other: two lists take half as long on two processors. */
export function launcherTests(mutants: readonly Mutant[]): void {
  describe.skipIf(missing('linux', 'root', 'landlock7', 'x64'))('a test goes red without', () => {
    let workshop: Workshop;
    beforeAll(() => {
      workshop = makeWorkshop();
    });
    afterAll(() => workshop[Symbol.dispose]());

    it('control: nothing, and none does', { timeout }, async () => {
      const { failed, passed, why } = await workshop.control(mutants);
      expect([failed, why]).toEqual([0, '']);
      expect(passed).toBeGreaterThan(10);
    });

    it.each(mutants)('$name', { timeout }, async (mutant) => {
      const { failed, why } = await workshop.judge(mutant);
      expect(failed).toBeGreaterThan(0);
      expect(why).not.toBe('');
    });

    it('control: nothing again, once each was taken back', { timeout }, async () => {
      // One runner judges all: what it still knew of a change would make it find the next one by mistake.
      const { failed, passed, why } = await workshop.control(mutants.slice(-1));
      expect([failed, why]).toEqual([0, '']);
      expect(passed).toBeGreaterThan(0);
    });
  });
}
