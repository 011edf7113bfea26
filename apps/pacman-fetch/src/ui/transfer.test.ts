import { describe, expect, it } from 'vitest';

import { Transfer } from './transfer.js';

describe('a transfer', () => {
  it.each([
    [0, 1_000_000],
    [500, 2000],
  ])('that took %i ms has a rate', (milliseconds, rate) => {
    const transfer = new Transfer({ event: 'start', name: 'a', offset: 24 }, 5);
    transfer.take({ event: 'progress', name: 'a', received: 1024, size: 1024 }, 5 + milliseconds);
    transfer.take({ event: 'done', name: 'a' }, 5 + milliseconds);
    expect(transfer.line(10_000)).toMatchObject({ received: 1024, rate });
  });
});
