import { expect, it, vi } from 'vitest';

import { TimeShare } from './time-share.js';

it('leaves nine parts of ten to everything else', () => {
  let now = 0;
  const clock = vi.spyOn(process, 'hrtime').mockImplementation(() => [0, now * 1e6]);
  try {
    const share = new TimeShare();
    expect(share.spend(() => (now += 10))).toBe(10);
    expect(share.pause).toBe(0);
    expect(() =>
      share.spend(() => {
        now += 3000;
        throw new Error('ETIME');
      }),
    ).toThrow('ETIME');
    expect(share.pause).toBe(27_000);
    now += 27_000;
    expect(share.pause).toBe(0);
  } finally {
    clock.mockRestore();
  }
});
