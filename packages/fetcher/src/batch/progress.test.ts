import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { checkAll } from '../request/check.js';
import type { Outcome, Progress } from '../request/options.js';
import { ProgressMeter } from './progress.js';

const [first, second] = ['/a', '/b'];
const started = { hasStarted: true, hasEnded: false, total: 1000 };
const done = (to: string, size: number): Outcome => {
  return { status: 'done', to, size, failures: [], source: 'http://a/', lastModified: undefined };
};

let events: Progress[];
let meter: ProgressMeter;
beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  const requests = [first, second].map((to) => ({ to, sources: ['http://a/x'] }));
  meter = new ProgressMeter(checkAll(requests), { tell: (progress) => events.push(progress), parallel: 1 });
});
afterEach(() => {
  meter[Symbol.dispose]();
  vi.useRealTimers();
});

describe('progress', () => {
  it('sends at most ten events a second, for any reports of a worker', () => {
    for (let frame = 0; frame < 5000; frame++) {
      meter.update(first, frame, started);
      if (frame % 5 === 0) vi.advanceTimersByTime(1);
    }
    meter.end(done(first, 1000));
    meter.finish();
    expect(events.length).toBeGreaterThan(5);
    expect(events.length).toBeLessThanOrEqual(10);
  });

  it('reports bytes, rate and time left of a file, and of all files', () => {
    meter.open(first, 100);
    for (let tenth = 1; tenth <= 10; tenth++) {
      vi.advanceTimersByTime(100);
      meter.update(first, 100 + tenth * 10, started);
      meter.update(second, tenth * 10, started);
    }
    vi.advanceTimersByTime(120);
    const { files, overall } = events.at(-1) ?? {};
    expect(files).toMatchObject([
      { to: first, state: 'active', received: 200, total: 1000 },
      { to: second, state: 'active', received: 100, total: 1000 },
    ]);
    for (const { rate = 0 } of files ?? []) expect(Math.abs(rate - 100)).toBeLessThan(25);
    expect(overall).toMatchObject({ files: 2, ended: 0, received: 300, total: 2000 });
    // What an earlier attempt left was not transferred.
    expect(Math.abs((overall?.rate ?? 0) - 180)).toBeLessThan(30);
    expect(overall?.eta).toBe(Math.ceil(1700 / (overall?.rate ?? 1)));
  });

  it('reports the offset and the start time of a file', () => {
    meter.open(first, 100);
    vi.advanceTimersByTime(50);
    meter.update(first, 1000, started);
    vi.advanceTimersByTime(30);
    meter.update(first, 1000, { ...started, hasEnded: true });
    vi.advanceTimersByTime(20);
    // It was asked for when the first one had ended, though nothing was heard of it before.
    meter.update(second, 1000, { ...started, hasEnded: true });
    vi.advanceTimersByTime(120);
    expect(events.at(-1)?.files).toMatchObject([
      { received: 1000, offset: 100, elapsed: 80 },
      { received: 1000, offset: 0, elapsed: 20 },
    ]);
  });

  it('reports no offset for a file that starts again', () => {
    meter.open(first, 100);
    meter.update(first, 0, started);
    vi.advanceTimersByTime(120);
    expect(events.at(-1)?.files).toMatchObject([{ received: 0, offset: 0 }]);
  });

  it('reports no total while the size of one file is unknown, and counts a failed file by its received bytes', () => {
    meter.update(first, 10, started);
    vi.advanceTimersByTime(120);
    expect(events.at(-1)?.overall).toMatchObject({ total: undefined, eta: undefined });
    meter.update(second, 10, { ...started, total: null });
    meter.end({ status: 'failed', to: second, failures: [], error: new Error('x') as never });
    meter.end(done(first, 1000));
    meter.finish();
    expect(events.at(-1)).toMatchObject({
      files: [
        { state: 'done', received: 1000, rate: 0 },
        { state: 'failed', received: 10 },
      ],
      overall: { ended: 2, received: 1010, total: 1010, eta: 0 },
    });
  });

  it('sends an event once a second while no bytes arrive', () => {
    meter.update(first, 500, started);
    vi.advanceTimersByTime(10_000);
    expect(events.length).toBeGreaterThan(8);
    expect(events.length).toBeLessThan(13);
    expect(events.at(-1)?.files).toMatchObject([{ rate: 0, eta: undefined }]);
  });

  it('leaves out files without changes', () => {
    vi.advanceTimersByTime(10_000);
    meter.finish();
    expect(events).toEqual([]);
  });
});
