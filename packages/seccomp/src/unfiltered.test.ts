import { describe, expect, it } from 'vitest';

import { type FilterStatus, unfilteredThread } from './unfiltered.js';

const filtered: FilterStatus = { tid: 1, seccomp: 2, seccompFilters: 3, noNewPrivs: true };
const like = (change: Partial<FilterStatus>): FilterStatus => ({ ...filtered, tid: 2, ...change });

describe('unfilteredThread', () => {
  it.each<[string, Partial<FilterStatus>]>([
    ['the new filter', {}],
    ['more filters than asked for', { seccompFilters: 4 }],
  ])('accepts a thread with %s', (_name, change) => {
    expect(unfilteredThread([filtered, like(change)], 2)).toBeUndefined();
  });

  it.each<[string, Partial<FilterStatus>]>([
    ['no filter', { seccomp: 0, seccompFilters: 0 }],
    ['no filter, by its mode', { seccomp: 0 }],
    ['the strict mode', { seccomp: 1 }],
    ['the filters from before only', { seccompFilters: 2 }],
    ['fewer filters than before', { seccompFilters: 1 }],
    ['no count, where others have one', { seccompFilters: 0 }],
    ['no no_new_privs', { noNewPrivs: false }],
  ])('names a thread with %s, at any place', (_name, change) => {
    expect(unfilteredThread([filtered, like(change)], 2)?.tid).toBe(2);
    expect(unfilteredThread([like(change), filtered], 2)?.tid).toBe(2);
  });

  it('compares only the mode if the kernel does not count filters', () => {
    const uncounted = like({ seccompFilters: 0 });
    expect(unfilteredThread([uncounted, uncounted], 0)).toBeUndefined();
    expect(unfilteredThread([uncounted, like({ seccompFilters: 0, seccomp: 0, tid: 7 })], 0)?.tid).toBe(7);
    // It counted before, so it counts now.
    expect(unfilteredThread([uncounted], 1)?.tid).toBe(2);
  });

  it('refuses an empty list of threads', () => {
    expect(() => unfilteredThread([], 0)).toThrow('the list of threads is empty');
  });
});
