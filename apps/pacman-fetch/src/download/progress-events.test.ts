import type { FileProgress } from '@sb/fetcher';
import { describe, expect, it } from 'vitest';

import { ProgressEvents } from './progress-events.js';

const file = (received: number, total: number | undefined): FileProgress => ({
  to: '/cache/x',
  state: 'active',
  received,
  offset: 0,
  elapsed: 7,
  total,
  rate: 0,
  eta: undefined,
});
const overall = { files: 1, ended: 0, received: 0, total: undefined, rate: 0, eta: undefined };
const told = (events: ProgressEvents, ...files: readonly FileProgress[]) => events.of({ files, overall });
const done = { to: '/cache/x', status: 'done', size: 9 } as const;
const name = 'x';

describe('ProgressEvents', () => {
  it('reports a file that ended before the first event, with its size', () => {
    expect(new ProgressEvents(true).ending(done)).toEqual([
      { event: 'start', name, size: 9 },
      { event: 'progress', name, received: 9, size: 9 },
      { event: 'done', name },
    ]);
    expect(new ProgressEvents(true).ending({ to: '/cache/x', status: 'unchanged' })).toEqual([
      { event: 'start', name },
      { event: 'upToDate', name },
    ]);
    expect(new ProgressEvents(true).ending({ to: '/cache/x', status: 'failed' })).toEqual([]);
  });

  it('begins each file once, and says what was there before', () => {
    const events = new ProgressEvents(false);
    expect(told(events, { ...file(3, 9), offset: 3 })).toEqual([
      { event: 'start', name, size: 9, offset: 3, elapsed: 7 },
    ]);
    expect(told(events, file(5, 9))).toEqual([{ event: 'progress', name, received: 5, size: 9 }]);
    expect(told(events, { ...file(9, 9), state: 'done' })).toEqual([]);
    expect(events.ending(done).map(({ event }) => event)).toEqual(['progress', 'done']);
  });

  it('reports where a file that is complete at once began, what came, and how long that took', () => {
    const start = { event: 'start', name, size: 9, offset: 2, elapsed: 7 };
    expect(told(new ProgressEvents(true), { ...file(9, 9), offset: 2 })).toEqual([
      start,
      { event: 'progress', name, received: 9, size: 9 },
      { event: 'done', name },
    ]);
  });

  it('is done for people with its last byte, and for programs with its name', () => {
    const people = new ProgressEvents(true);
    told(people, file(0, 9));
    expect(told(people, file(9, 9)).map(({ event }) => event)).toEqual(['progress', 'done']);
    expect(told(people, file(9, 9))).toEqual([]);
    expect(people.ending(done)).toEqual([{ event: 'done', name }]);
    const program = new ProgressEvents(false);
    told(program, file(0, 9));
    expect(told(program, file(9, 9)).map(({ event }) => event)).toEqual(['progress']);
  });
});
