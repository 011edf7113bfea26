import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { GatheredBytes } from './gathered-bytes.js';
import { fullDataBytes, maxDataBytes } from './messages.js';

let sent: { readonly length: number; readonly bytes: Buffer }[];
/** The memory of what was lent. */
let lent: (readonly Uint8Array[])[];
let isFull: boolean;
let gathered: GatheredBytes;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  lent = [];
  isFull = false;
  gathered = new GatheredBytes(({ pieces, length, isLent }) => {
    sent.push({ length, bytes: Buffer.concat(pieces) });
    if (isLent) lent.push(pieces);
    return isFull ? new Promise(() => {}) : undefined;
  });
});
afterEach(() => void vi.useRealTimers());

const all = Buffer.from(Array.from({ length: 1_600_001 }, (_, at) => at % 251));

/** Gives a chunk whose memory is used again at once. */
function takeOver(bytes: Buffer): void {
  const chunk = Buffer.from(bytes);
  void gathered.take(chunk);
  chunk.fill(255);
}

/** All bytes have come, in frames of the right size. */
function expectAll(): void {
  gathered.flush();
  expect(Buffer.concat(sent.map(({ bytes }) => bytes)).equals(all)).toBe(true);
  expect(sent.every(({ length, bytes }) => length === bytes.length && length > 0 && length <= maxDataBytes)).toBe(true);
}

describe('bytes that are gathered', () => {
  it('wait a moment for more of them', () => {
    for (let number = 0; number < 10; number++) void gathered.take(Buffer.of(number));
    vi.advanceTimersByTime(99);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([{ length: 10, bytes: Buffer.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) }]);
  });

  it('are sent at the end of a turn if they are enough', () => {
    for (let number = 0; number < 20; number++) void gathered.take(Buffer.alloc(1024, number));
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(sent.map(({ length }) => length)).toEqual([20 * 1024]);
  });

  it('never exceed a frame, and arrive completely and in order', () => {
    for (let at = 0, size = 1; at < all.length; at += size, size = (size * 7) % 9973) {
      takeOver(all.subarray(at, at + size));
    }
    expectAll();
    expect(sent.slice(0, -1).every(({ length }) => length === maxDataBytes)).toBe(true);
    expect(lent).toEqual([]);
  });

  it('are full frames for the most part, also if large and small chunks alternate', () => {
    for (let at = 0, turn = 0; at < all.length; turn++) {
      const size = [1, 65_536, 20_000, 70_000, 4095, 4096, 300_000, 16_384, 262_145][turn % 9] ?? 1;
      takeOver(all.subarray(at, at + size));
      at += size;
    }
    expectAll();
    expect(sent.slice(0, -1).every(({ length }) => length >= fullDataBytes)).toBe(true);
    expect(lent).not.toEqual([]);
  });

  it('are neither copied nor kept if a chunk is large', () => {
    const chunk = Buffer.alloc(100_000, 'a');
    expect(gathered.take(chunk)).toBeUndefined();
    expect(lent.map(([piece]) => piece?.buffer === chunk.buffer)).toEqual([true]);
    isFull = true;
    expect(gathered.take(chunk)).toBeInstanceOf(Promise);
    // Copies were sent, and nobody waits for those.
    expect(gathered.take(chunk.subarray(0, 20_000))).toBeUndefined();
    vi.runAllTimers();
    expect(sent.map(({ length }) => length)).toEqual([100_000, 100_000, 20_000]);
  });

  it('are sent once on request', () => {
    void gathered.take(Buffer.of(1));
    gathered.flush();
    gathered.flush();
    vi.runAllTimers();
    expect(sent).toEqual([{ length: 1, bytes: Buffer.of(1) }]);
  });
});
