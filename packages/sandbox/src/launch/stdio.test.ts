import { describe, expect, it } from 'vitest';

import { layOut } from './stdio.js';

describe('layOut', () => {
  it.each([
    [undefined, undefined, ['pipe', 'pipe', 'pipe'], [0, 1, 2]],
    ['inherit', undefined, ['inherit', 'inherit', 'inherit'], [0, 1, 2]],
    [['ignore'], undefined, ['ignore', 'pipe', 'pipe'], [0, 1, 2]],
    [[null, undefined, 'inherit'], undefined, ['pipe', 'pipe', 'inherit'], [0, 1, 2]],
    [['pipe', 'pipe', 'pipe', null, 7], undefined, ['pipe', 'pipe', 'pipe', 'ignore', 7], [0, 1, 2, 4]],
    ['pipe', [5], ['pipe', 'pipe', 'pipe', 'ignore', 'ignore', 5], [0, 1, 2, 5]],
    ['pipe', [6, 4], ['pipe', 'pipe', 'pipe', 'ignore', 4, 'ignore', 6], [0, 1, 2, 4, 6]],
    [['pipe', 'pipe', 'pipe', 'ignore'], [3], ['pipe', 'pipe', 'pipe', 3], [0, 1, 2, 3]],
    [[0, 1, 2], undefined, [0, 1, 2], [0, 1, 2]],
  ] as const)('%j with %j', (stdio, kept, expected, keep) => {
    expect(layOut(stdio, kept)).toEqual({ stdio: expected, keep, ipc: undefined });
  });

  it('finds the channel', () => {
    expect(layOut(['pipe', 'pipe', 'pipe', 'ipc'])).toMatchObject({ ipc: 3, keep: [0, 1, 2, 3] });
  });

  it.each([
    [['pipe', 'pipe', 'pipe', 'pipe'], [3], /names 3, which stdio also names/],
    ['pipe', [3, 3], /names 3/],
    [['pipe', 'pipe', 'pipe', 'ipc', 'ipc'], [], /ipc 2 times/],
    ['pipe', [4000], /names 4000, which is not open/],
  ] as const)('refuses %j with %j', (stdio, kept, message) => {
    expect(() => layOut(stdio, kept)).toThrow(message);
  });
});
