import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { CapsError } from './errors.js';
import type { Native } from './native.js';
import { none } from './policy.js';
import { restrictSelf } from './restrict.js';

/** Stands in for the addon: says that every phase succeeded, and does nothing. So nothing is restricted here either. */
const addon = vi.hoisted(() => ({
  beforeIds: vi.fn<Native['surrender']>(() => ({ threads: 12 })),
  afterIds: vi.fn<Native['surrender']>(() => ({ threads: 12 })),
  surrender: vi.fn<Native['surrender']>(() => ({ threads: 12 })),
  lastCapability: () => 40,
  securebits: () => 0,
  threadSecurebits: () => [],
  fileCapabilities: () => 0,
  denied: () => [],
}));
vi.mock('./native.js', () => ({ native: (): Native => addon }));

const soft = none({ bounding: 'prefer', securebits: 'prefer' });

function thrown(run: () => unknown): CapsError {
  try {
    run();
  } catch (error) {
    return error as CapsError;
  }
  throw new Error('nothing was thrown');
}

describe.skipIf(process.platform !== 'linux')('restrictSelf with an addon that does nothing', () => {
  beforeEach(() => vi.clearAllMocks());

  it('reads every thread back, finds that nothing was done, and has everything given up', () => {
    const error = thrown(() => restrictSelf(soft));
    expect(error).toMatchObject({ code: 'verification-failed', step: 'verify' });
    expect(error.message).toContain('that were not asked for');
    expect(addon.surrender).toHaveBeenCalledOnce();
  });

  it('gives everything up after a first phase that failed, and does not go on', () => {
    addon.beforeIds.mockReturnValueOnce({ step: 'drop-bounding', syscall: 'prctl', errno: 1 });
    const switchUser = vi.fn<() => void>();
    expect(thrown(() => restrictSelf(soft, { switchUser }))).toMatchObject({ step: 'drop-bounding', errno: 'EPERM' });
    expect(switchUser).not.toHaveBeenCalled();
    expect(addon.afterIds).not.toHaveBeenCalled();
    expect(addon.surrender).toHaveBeenCalledOnce();
  });

  it('leaves everything as it is where the record was refused', () => {
    addon.beforeIds.mockReturnValueOnce({ step: 'record', errno: 22 });
    expect(thrown(() => restrictSelf(soft))).toMatchObject({ code: 'invalid-policy', step: 'record' });
    expect(addon.surrender).not.toHaveBeenCalled();
  });

  it('says so where giving up fails as well', () => {
    addon.afterIds.mockReturnValueOnce({ step: 'capset', syscall: 'capset', errno: 1 });
    addon.surrender.mockReturnValueOnce({ step: 'surrender', syscall: 'capset', errno: 1 });
    const error = thrown(() => restrictSelf(soft));
    expect(error).toMatchObject({ code: 'not-permitted', step: 'capset' });
    expect(error.hint).toContain('Giving up all capabilities failed as well: capset: EPERM');
  });
});
