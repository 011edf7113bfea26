import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { SlowSources, type Transfer } from './slow-sources.js';

const [fast, slow, third] = ['http://fast/x', 'http://slow/x', 'http://third/x'].map((url) => new URL(url)) as [
  URL,
  URL,
  URL,
];
const limits = { slowPercent: 10, slowWindow: 5000, isHeld: () => false };

let slowSources: SlowSources;
beforeEach(() => {
  vi.useFakeTimers();
  slowSources = new SlowSources(limits, 0, []);
});
afterEach(() => {
  slowSources[Symbol.dispose]();
  vi.useRealTimers();
});

/** Lets time pass in which downloads bring bytes, as many a second as named. */
function run(seconds: number, ...transfers: readonly (readonly [transfer: Transfer, rate: number])[]): void {
  const positions = transfers.map(() => 0);
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    for (const [index, [transfer, rate]] of transfers.entries()) {
      transfer.update((positions[index] = (positions[index] ?? 0) + rate / 10));
    }
    vi.advanceTimersByTime(100);
  }
}

/** Shows what can be had. */
function see(rate: number): void {
  using transfer = slowSources.begin(fast, () => []);
  run(4, [transfer, rate]);
}

const isLeft = (transfer: Transfer): boolean => transfer.signal.aborted;

describe('a source', () => {
  it('is left after the window where it brings less than its share of the best that was seen', () => {
    see(100_000);
    using transfer = slowSources.begin(slow, () => [fast]);
    run(4.5, [transfer, 5000]);
    expect(isLeft(transfer)).toBe(false);
    run(2, [transfer, 5000]);
    expect(transfer.signal.reason).toMatchObject({
      kind: 'slower',
      message: expect.stringMatching(/^slow sends 4\d00 bytes a second where 10000 could be had elsewhere$/),
    });
  });

  it('is kept where it brings its share', () => {
    see(100_000);
    using transfer = slowSources.begin(slow, () => [fast]);
    run(20, [transfer, 12_000]);
    expect(isLeft(transfer)).toBe(false);
  });

  it('is kept where it has a line to itself no longer: each of many has its part of the best', () => {
    see(100_000);
    const transfers = Array.from({ length: 10 }, () => slowSources.begin(slow, () => [fast]));
    run(20, ...transfers.map((transfer) => [transfer, 2000] as const));
    expect(transfers.filter(isLeft)).toEqual([]);
  });

  it('is kept where nothing better was seen, or there is nobody else', () => {
    using alone = slowSources.begin(slow, () => []);
    using same = slowSources.begin(slow, () => [slow, new URL('file:///x')]);
    run(20, [alone, 10], [same, 1000]);
    see(100_000);
    run(20, [alone, 10], [same, 1000]);
    expect([alone, same].map(isLeft)).toEqual([false, false]);
  });

  it('is not left for one that was left before', () => {
    see(100_000);
    using first = slowSources.begin(slow, () => [third]);
    run(7, [first, 1000]);
    expect(isLeft(first)).toBe(true);
    using second = slowSources.begin(third, () => [slow]);
    run(20, [second, 1000]);
    expect(isLeft(second)).toBe(false);
  });

  it('is measured by what comes now, and against what an earlier worker has seen', () => {
    using seeded = new SlowSources(limits, 100_000, []);
    using transfer = seeded.begin(slow, () => [fast]);
    transfer.update(50_000_000);
    run(7, [transfer, 0]);
    expect(isLeft(transfer)).toBe(true);
  });

  it('is not left for what this machine itself holds up, and is once it does not', () => {
    let isHeld = true;
    using busy = new SlowSources({ ...limits, isHeld: () => isHeld }, 100_000, []);
    using transfer = busy.begin(slow, () => [fast]);
    run(20, [transfer, 100]);
    expect(isLeft(transfer)).toBe(false);
    isHeld = false;
    run(4, [transfer, 100]);
    expect(isLeft(transfer)).toBe(false);
    run(2, [transfer, 100]);
    expect(isLeft(transfer)).toBe(true);
  });

  it('is never left where the share is 0', () => {
    using patient = new SlowSources({ ...limits, slowPercent: 0 }, 100_000, []);
    using transfer = patient.begin(slow, () => [fast]);
    run(20, [transfer, 0]);
    expect(isLeft(transfer)).toBe(false);
  });
});
