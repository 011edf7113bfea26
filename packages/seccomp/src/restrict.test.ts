/* The effect itself is proved in test/enforcement; here a native part that only says so must not be believed. */
import { describe, expect, it, vi } from 'vitest';

import { policy } from './policy/policy.js';
import { restrictSelf } from './restrict.js';

const native = vi.hoisted(() => ({
  applyRecord: vi.fn<() => null>(() => null),
  noNewPrivs: () => ({ threads: 1 }),
  hasAction: () => 1,
  hasFlag: () => 1,
  hasNoNewPrivs: () => true,
  hasRing: () => false,
}));
vi.mock('./native.js', () => ({ native: () => native }));

describe.skipIf(process.platform !== 'linux')('restrictSelf', () => {
  it('fails if the kernel reported success and a thread has no new filter', () => {
    expect(() => restrictSelf(policy({ base: 'deny-dangerous' }))).toThrow(
      expect.objectContaining({ code: 'verification-failed', layer: 'seccomp', step: 'verify' }),
    );
    expect(native.applyRecord).toHaveBeenCalledWith(expect.any(Uint8Array), true);
  });

  it('loads nothing if an option is misspelt', () => {
    native.applyRecord.mockClear();
    expect(() => restrictSelf(policy({ base: 'deny-dangerous' }), { proofkey: 1n } as { proofKey?: bigint })).toThrow(
      /proofkey is unknown\. Did you mean "proofKey"\?/,
    );
    expect(native.applyRecord).not.toHaveBeenCalled();
  });

  it.each([0n, 1n, -1n, 2n ** 80n, 2n ** 64n + 0x8000_0000n])('loads nothing with %s in place of a key', (proofKey) => {
    native.applyRecord.mockClear();
    expect(() => restrictSelf(policy({ base: 'deny-dangerous' }), { proofKey })).toThrow(
      /proofKey is not a number of newProofKey\(\)/,
    );
    expect(native.applyRecord).not.toHaveBeenCalled();
  });

  it('loads nothing if nothing is denied, and reports that', () => {
    native.applyRecord.mockClear();
    const open = policy({ base: 'allow-all', unknown: 'allow', foreign: 'allow', x32: 'allow' });
    const { status, features } = restrictSelf(open);
    expect(native.applyRecord).not.toHaveBeenCalled();
    expect({ status, states: features.map(({ state }) => state) }).toEqual({ status: 'none', states: ['off', 'off'] });
  });
});
