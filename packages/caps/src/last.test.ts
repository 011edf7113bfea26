import { describe, expect, it } from 'vitest';

import { lastCapability, probeLast } from './last.js';

describe.skipIf(process.platform !== 'linux')('the last capability', () => {
  it('is the same by /proc and by asking for each', () => {
    expect(lastCapability()).toBe(probeLast());
    expect(lastCapability()).toBeGreaterThanOrEqual(37);
    expect(lastCapability()).toBeLessThan(64);
  });
});
