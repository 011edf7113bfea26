import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { missing, type Requirement } from '../requirements.js';
import type { Mutant } from './mutant.js';
import { orderTimeout as timeout } from './test-runner.js';
import { makeWorkshop, type Workshop } from './workshop.js';

/**
 * The tests of a list of mutants: each is noticed by the test that is named for it, and none of those fails without one.
 *
 * @param name - of the package's directory, below the top
 * @param mutants - what is taken away, one at a time
 * @param needs - what the named tests need
 */
export function mutationTests(name: string, mutants: readonly Mutant[], ...needs: readonly Requirement[]): void {
  describe.skipIf(missing(...needs))(`a test of ${name} goes red without`, () => {
    let workshop: Workshop;
    beforeAll(() => {
      workshop = makeWorkshop(name);
    });
    afterAll(() => workshop[Symbol.dispose]());

    it('control: nothing, and none does', { timeout }, async () => {
      const { failed, passed, why } = await workshop.control(mutants);
      expect([failed, why]).toEqual([0, '']);
      expect(passed).toBeGreaterThan(0);
    });

    it.each(mutants)('$name', { timeout }, async (mutant) => {
      const { failed, why } = await workshop.judge(mutant);
      expect(failed).toBeGreaterThan(0);
      expect(why).not.toBe('');
      // What can't run at all would make any test go red.
      expect(why).not.toMatch(/^(?:Reference|Syntax)Error|is not defined/);
    });

    it('control: nothing again, once each was taken back', { timeout }, async () => {
      // One runner judges all: what it still knew of a change would make it find the next one by mistake.
      const last = [true, false].flatMap((kind) => mutants.findLast(({ built = true }) => built === kind) ?? []);
      const { failed, passed, why } = await workshop.control(last);
      expect([failed, why]).toEqual([0, '']);
      expect(passed).toBeGreaterThan(0);
    });
  });
}
