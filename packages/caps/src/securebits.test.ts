import { describe, expect, it } from 'vitest';

import { lockedSecurebits, securebitNames } from './securebits.js';

describe('securebits', () => {
  it('have the names of the manual', () => {
    expect(securebitNames(0)).toEqual([]);
    expect(securebitNames(0x2f)).toEqual([
      'noroot',
      'noroot_locked',
      'no_setuid_fixup',
      'no_setuid_fixup_locked',
      'keep_caps_locked',
    ]);
    expect(securebitNames(0xeb)).toEqual(lockedSecurebits);
    expect(securebitNames(2 ** 31 + 2 ** 12 + 2 ** 8)).toEqual(['exec_restrict_file', 'secbit_12', 'secbit_31']);
  });
});
