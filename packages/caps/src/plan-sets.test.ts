import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CapsError } from './errors.js';
import { type CapabilityName, maskOf, namesOf } from './names.js';
import { plan } from './plan.js';
import { policy } from './policy.js';
import type { CapsOptions } from './options.js';
import type { Securebit } from './securebits.js';
import type { CapabilityState } from './state.js';
import type { CapsSupport } from './support.js';

const support = (now: CapabilityState): CapsSupport => ({ state: 'available', last: 40, present: now });

const seed = Math.floor(Math.random() * 2 ** 31);
const mask = fc.bigInt({ min: 0n, max: (1n << 41n) - 1n });
const bits = fc.subarray<Securebit>([
  'noroot',
  'noroot_locked',
  'no_setuid_fixup',
  'no_setuid_fixup_locked',
  'keep_caps',
  'keep_caps_locked',
  'no_cap_ambient_raise',
  'no_cap_ambient_raise_locked',
]);

/** What a kernel could hold: effective within permitted, ambient within permitted and inheritable. */
const present = fc
  .tuple(mask, mask, mask, mask, mask, fc.boolean(), bits)
  .map(([permitted, effective, inherited, ambient, bounding, noNewPrivs, securebits]): CapabilityState => ({
    permitted: namesOf(permitted),
    effective: namesOf(effective & permitted),
    inheritable: namesOf(inherited),
    ambient: namesOf(ambient & permitted & inherited),
    bounding: namesOf(bounding),
    noNewPrivs,
    securebits,
  }));

const options = fc.tuple(mask, mask, mask, mask).map(([keep, inherited, ambient, bounding]): CapsOptions => {
  const kept = keep & ~0xc0n; // CAP_SETUID and CAP_SETGID are refused across a change of user
  return {
    keep: namesOf(kept),
    inheritable: namesOf(kept & inherited),
    ambient: namesOf(kept & inherited & ambient),
    bounding: namesOf(bounding),
  };
});

describe(`the sets of a plan (seed ${seed})`, () => {
  it('are never larger than they were, nor than the policy says', () => {
    let planned = 0;
    fc.assert(
      fc.property(present, options, fc.boolean(), (now, wanted, userSwitch) => {
        const asked = policy(wanted);
        const soft = Object.fromEntries(
          Object.entries(asked.levels).map(([name, level]) => [name, level === 'off' ? 'off' : 'prefer']),
        );
        let target;
        try {
          ({ target } = plan({ ...asked, levels: soft as typeof asked.levels }, support(now), { userSwitch }));
        } catch (error) {
          // The two refusals that no level softens.
          expect((error as CapsError).message).toMatch(/no_setuid_fixup is set|keep_caps is locked as on/);
          return;
        }
        planned++;
        const within = (set: readonly CapabilityName[] | undefined, limit: bigint) => maskOf(set ?? []) & ~limit;
        const [permitted, inherited] = [maskOf(now.permitted), maskOf(now.inheritable)];
        expect(within(target.permitted, permitted & maskOf(asked.keep))).toBe(0n);
        expect(within(target.effective, maskOf(now.effective))).toBe(0n);
        expect(within(target.effective, maskOf(target.permitted ?? []))).toBe(0n);
        expect(within(target.inheritable, (inherited | permitted) & maskOf(asked.inheritable))).toBe(0n);
        expect(within(target.ambient, maskOf(target.inheritable ?? []))).toBe(0n);
        expect(within(target.ambient, maskOf(asked.ambient))).toBe(0n);
        expect(within(target.bounding, maskOf(now.bounding) & maskOf(asked.bounding))).toBe(0n);
      }),
      { seed, numRuns: 500 },
    );
    expect(planned).toBeGreaterThan(100);
  });
});
