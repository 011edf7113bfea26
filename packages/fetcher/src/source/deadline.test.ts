import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Deadline } from './deadline.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the time limit of a file', () => {
  it('is over after that time, of which a part may have passed', () => {
    using deadline = new Deadline(5000, 2000);
    vi.advanceTimersByTime(2999);
    expect(deadline.reason).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(deadline.reason?.message).toBe('The file took longer than 5 seconds');
  });

  it('does not count the time for which the file waits for others', () => {
    using deadline = new Deadline(5000);
    vi.advanceTimersByTime(1000);
    deadline.turn(false);
    deadline.turn(false);
    vi.advanceTimersByTime(60_000);
    deadline.turn(true);
    deadline.turn(true);
    vi.advanceTimersByTime(3999);
    expect(deadline.reason).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(deadline.reason).toBeDefined();
  });

  it('never ends a file without a limit, and none that is over', () => {
    const [none, over] = [new Deadline(0), new Deadline(1000)];
    none.turn(false);
    none.turn(true);
    over[Symbol.dispose]();
    vi.advanceTimersByTime(60_000);
    expect([none.reason, over.reason]).toEqual([undefined, undefined]);
    none[Symbol.dispose]();
  });
});
