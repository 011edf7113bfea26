import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { GatheredBytes } from './gathered-bytes.js';
import { maxDataBytes } from './messages.js';

let sent: { readonly length: number; readonly bytes: Buffer }[];
let gathered: GatheredBytes;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  gathered = new GatheredBytes((pieces, length) => sent.push({ length, bytes: Buffer.concat(pieces) }));
});
afterEach(() => void vi.useRealTimers());

describe('bytes that are gathered', () => {
  it('wait a moment for more of them', () => {
    for (let number = 0; number < 10; number++) gathered.take(Buffer.of(number));
    vi.advanceTimersByTime(99);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([{ length: 10, bytes: Buffer.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) }]);
  });

  it('are sent at the end of a turn if they are enough', () => {
    for (let number = 0; number < 20; number++) gathered.take(Buffer.alloc(1024, number));
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(sent.map(({ length }) => length)).toEqual([20 * 1024]);
  });

  it('never exceed a frame, and arrive completely and in order', () => {
    const all = Buffer.from(Array.from({ length: 600_001 }, (_, at) => at % 251));
    for (let at = 0, size = 1; at < all.length; at += size, size = (size * 7) % 9973) {
      gathered.take(all.subarray(at, at + size));
    }
    gathered.flush();
    expect(Buffer.concat(sent.map(({ bytes }) => bytes)).equals(all)).toBe(true);
    expect(sent.every(({ length, bytes }) => length === bytes.length && length > 0 && length <= maxDataBytes)).toBe(
      true,
    );
    expect(sent.slice(0, -1).every(({ length }) => length === maxDataBytes)).toBe(true);
  });

  it('are sent once on request', () => {
    gathered.take(Buffer.of(1));
    gathered.flush();
    gathered.flush();
    vi.runAllTimers();
    expect(sent).toEqual([{ length: 1, bytes: Buffer.of(1) }]);
  });
});
