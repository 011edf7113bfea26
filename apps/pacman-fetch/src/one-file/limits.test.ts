import { describe, expect, it } from 'vitest';

import { limitsFor, timeLimits } from './limits.js';

describe('limitsFor', () => {
  it.each([
    ['core.db', 134_217_728],
    ['core.db.part', 134_217_728],
    ['core.files', 134_217_728],
    ['core.db.sig', 16_384],
    ['x-1-1-any.pkg.tar.zst.sig.part', 16_384],
    ['x-1-1-any.pkg.tar.zst.part', undefined],
    ['sig', undefined],
  ])('bounds %s to %s bytes', (name, maxBytes) => expect(limitsFor(name, false).maxBytes).toBe(maxBytes));

  it('resumes packages only', () => {
    expect(limitsFor('x.pkg.tar.zst.part', false).mayResume).toBe(true);
    for (const name of ['core.db.part', 'core.files', 'x.sig.part'])
      expect(limitsFor(name, false).mayResume).toBe(false);
  });

  it('never calls a server slow on request', () => {
    expect(limitsFor('x', false).time.slowBytes).toBe(10);
    expect(limitsFor('x', true).time.slowBytes).toBe(0);
  });
});

describe('timeLimits', () => {
  it('gives up on no server, however slow, on request, but for the ten seconds to connect', () => {
    expect(timeLimits(true)).toMatchObject({ slowBytes: 0, slowPercent: 0, timeout: 0, connectTimeout: 10_000 });
  });

  it("are pacman's own, and a day, otherwise", () => {
    expect(timeLimits(false)).toMatchObject({ slowBytes: 10, slowWindow: 10_000, connectTimeout: 10_000 });
    expect(timeLimits(false).timeout).toBe(86_400_000);
  });
});
