import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Pace } from './pace.js';
import type { Transfer } from './transfer.js';

const [fast, slow, third] = ['http://fast/x', 'http://slow/x', 'http://third/x'].map((url) => new URL(url)) as [
  URL,
  URL,
  URL,
];
const limits = { slowPercent: 10, isHeld: () => false };
/** A file of which there is always more. */
const endless = undefined;

let pace: Pace;
beforeEach(() => {
  vi.useFakeTimers();
  pace = new Pace(limits, 0, []);
});
afterEach(() => {
  pace[Symbol.dispose]();
  vi.useRealTimers();
});

/** Lets time pass in which downloads bring bytes, as many a second as named. */
function run(seconds: number, ...transfers: readonly (readonly [transfer: Transfer, rate: number])[]): void {
  const positions = transfers.map(() => 0);
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    for (const [index, [transfer, rate]] of transfers.entries()) {
      transfer.update((positions[index] = (positions[index] ?? 0) + rate / 10), endless);
    }
    vi.advanceTimersByTime(100);
  }
}

/** Begins a download, and notes whether it is called slow. */
function watched(url: URL, of = pace): Transfer & { readonly told: () => number } {
  let told = 0;
  const transfer = of.begin(url, () => told++);
  return Object.assign(transfer, { told: () => told });
}

/** Shows what can be had. */
function see(rate: number): void {
  using transfer = watched(fast);
  run(4, [transfer, rate]);
}

const all = 4 << 20;

describe('a source', () => {
  it('is slow after a quarter of a second without an answer, or without more than a few bytes', () => {
    using silent = watched(slow);
    using drip = watched(third);
    run(0.1, [drip, 10]);
    expect([silent.told(), drip.told()]).toEqual([0, 0]);
    run(0.2, [drip, 10]);
    expect([silent.told() > 0, drip.told() > 0]).toEqual([true, true]);
    expect([slow, third].map((url) => pace.isBehind(url))).toEqual([false, false]);
    run(0.8, [drip, 10]);
    expect([slow, third, fast].map((url) => pace.isBehind(url))).toEqual([true, true, false]);
  });

  it.each([
    [0, 200],
    [50, 300],
    [200, 750],
    [400, 1000],
  ])('has three times as long to answer as others, which took %i ms: %i ms', (took, patience) => {
    // The latest no longer include the first one.
    for (const time of [1000, ...Array.from({ length: 8 }, () => took)]) {
      using other = watched(fast);
      vi.advanceTimersByTime(time);
      other.update(0, endless);
    }
    using silent = watched(slow);
    vi.advanceTimersByTime(patience - 50);
    expect(silent.told()).toBe(0);
    vi.advanceTimersByTime(50);
    expect(silent.told()).toBeGreaterThan(0);
  });

  it('has 100 ms for its last bytes, or three times its longest silence before', () => {
    // Bytes at each check, or at every second one.
    for (const [every, patience] of [
      [50, 100],
      [100, 150],
    ] as const) {
      using transfer = watched(new URL(`http://every${every}/x`));
      for (let position = 0; position <= 990_000; position += 99_000) {
        transfer.update(position, 1_000_000);
        vi.advanceTimersByTime(position === 990_000 ? 50 : every);
      }
      vi.advanceTimersByTime(patience - 50);
      expect([transfer.told(), transfer.goesWell]).toEqual([0, true]);
      vi.advanceTimersByTime(50);
      expect([transfer.told() > 0, transfer.goesWell]).toEqual([true, false]);
    }
    // The control: in the middle of a file it has longer.
    using middle = watched(slow);
    for (const position of [0, 50_000, 100_000]) {
      middle.update(position, 1_000_000);
      vi.advanceTimersByTime(50);
    }
    vi.advanceTimersByTime(50);
    expect(middle.told()).toBe(0);
  });

  it('costs one request in addition while all files stand still, and one each once another was ahead', () => {
    using first = watched(slow);
    using second = watched(slow);
    vi.advanceTimersByTime(500);
    expect([first.told() > 0, second.told()]).toEqual([true, 0]);
    pace.overtaken(slow);
    vi.advanceTimersByTime(50);
    expect(second.told()).toBeGreaterThan(0);
  });

  it('leaves the one request to another file if it recovers or ends', () => {
    const transfers = [watched(slow), watched(slow), watched(slow)] as const;
    const told = () => transfers.map((one) => one.told() > 0);
    for (const one of transfers) one.update(0, endless);
    vi.advanceTimersByTime(300);
    expect(told()).toEqual([true, false, false]);
    transfers[0].update(10_000, endless);
    vi.advanceTimersByTime(50);
    expect(told()).toEqual([true, true, false]);
    transfers[1][Symbol.dispose]();
    vi.advanceTimersByTime(50);
    expect(told()).toEqual([true, true, true]);
  });

  it('that is asked alone has a second to answer, and less to continue', () => {
    using transfer = watched(slow);
    vi.advanceTimersByTime(950);
    expect(transfer.isSlow).toBe(false);
    vi.advanceTimersByTime(50);
    expect(transfer.isSlow).toBe(true);
    transfer.update(0, endless);
    vi.advanceTimersByTime(700);
    expect(transfer.isSlow).toBe(false);
    vi.advanceTimersByTime(50);
    expect(transfer.isSlow).toBe(true);
  });

  it('goes well while its bytes arrive, and its silence says nothing while it is new', () => {
    using transfer = watched(slow);
    const states = () => [transfer.isNew, transfer.goesWell];
    expect(states()).toEqual([true, false]);
    vi.advanceTimersByTime(100);
    expect(states()).toEqual([false, false]);
    run(0.2, [transfer, 100_000]);
    expect(states()).toEqual([false, true]);
    vi.advanceTimersByTime(250);
    expect(states()).toEqual([false, false]);
  });

  it('is slow if it sends less than its share of the best rate so far', () => {
    see(all);
    using transfer = watched(slow);
    run(1.9, [transfer, 50_000]);
    expect(transfer.told()).toBe(0);
    run(1, [transfer, 50_000]);
    expect(transfer.told()).toBeGreaterThan(0);
  });

  it('is not slow if it sends its share, nor if many share a line', () => {
    see(all);
    using transfer = watched(slow);
    run(10, [transfer, all / 3]);
    expect(transfer.told()).toBe(0);
    transfer[Symbol.dispose]();
    const transfers = Array.from({ length: 10 }, () => watched(slow));
    run(10, ...transfers.map((each) => [each, all / 8] as const));
    expect(transfers.filter(({ told }) => told() > 0)).toEqual([]);
  });

  it('is tried once against another one if no faster rate is known', () => {
    const transfers = Array.from({ length: 5 }, () => watched(slow));
    run(10, ...transfers.map((each) => [each, 10_000] as const));
    expect(transfers.map(({ told }) => told())).toEqual([1, 0, 0, 0, 0]);
  });

  it('is measured by the current bytes, and against the rate of an earlier worker', () => {
    using seeded = new Pace(limits, all, []);
    using transfer = watched(fast, seeded);
    transfer.update(50_000_000, endless);
    run(3, [transfer, 20_000]);
    expect(transfer.told()).toBeGreaterThan(0);
  });

  it('is not slow while this machine itself is busy, and is slow afterwards', () => {
    let isHeld = true;
    using busy = new Pace({ ...limits, isHeld: () => isHeld }, all, []);
    using transfer = watched(slow, busy);
    run(20, [transfer, 0]);
    expect(transfer.told()).toBe(0);
    isHeld = false;
    run(0.1, [transfer, 0]);
    expect(transfer.told()).toBe(0);
    run(0.2, [transfer, 0]);
    expect(transfer.told()).toBeGreaterThan(0);
  });

  it('is never slow if the share is 0', () => {
    using patient = new Pace({ ...limits, slowPercent: 0 }, all, []);
    using transfer = watched(slow, patient);
    run(20, [transfer, 0]);
    expect(transfer.told()).toBe(0);
  });

  it('is asked last after another one was ahead, until it has sent a complete file', () => {
    pace.overtaken(slow);
    expect(pace.isBehind(slow)).toBe(true);
    pace.proven(slow);
    expect(pace.isBehind(slow)).toBe(false);
  });
});

describe('a source that waits for other answers', () => {
  it('does not count as slow, and its time afterwards shows nothing about answers', () => {
    using waiting = watched(slow);
    waiting.turn(false);
    run(5);
    expect([waiting.told(), waiting.isSlow, waiting.isNew]).toEqual([0, false, true]);
    waiting.turn(true);
    expect(waiting.isNew).toBe(true);
    run(2);
    expect(waiting.told()).toBeGreaterThan(0);
  });

  it('counts as slow if its host turns out to be slow', () => {
    using waiting = watched(slow);
    waiting.turn(false);
    pace.overtaken(slow);
    run(0.1);
    expect(waiting.told()).toBeGreaterThan(0);
    // So that another source is asked although it has just begun.
    expect(waiting.isNew).toBe(false);
  });

  it('is forgotten with its file', () => {
    const [first, waiting] = [watched(slow), watched(slow)];
    for (const one of [first, waiting]) one.turn(false);
    waiting[Symbol.dispose]();
    pace.overtaken(slow);
    run(0.1);
    expect(first.told()).toBeGreaterThan(0);
    expect(waiting.told()).toBe(0);
  });
});
