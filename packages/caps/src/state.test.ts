import { describe, expect, it } from 'vitest';

import { get } from './state.js';

describe.skipIf(process.platform !== 'linux')('get', () => {
  it.each<readonly [name: string, pid: unknown]>([
    ['a text', '1'],
    ['a path upwards', 'self/../1'],
    ['the path of a thread', '1/task/1'],
    ['the name of this process', 'self'],
    ['an empty text', ''],
    ['null', null],
    ['zero', 0],
    ['less than that', -1],
    ['a fraction', 1.5],
    ['not a number', Number.NaN],
    ['no end', Infinity],
    ['more than a pid_t holds', 2 ** 31],
    ['a bigint', 1n],
    ['a list', [1]],
    ['what reads as a number', { toString: () => '1' }],
    ['a symbol', Symbol('1')],
  ])('refuses %s, with threads and without', (_name, pid) => {
    const error = expect.objectContaining({ layer: 'caps', step: 'get', code: 'invalid-pid' }) as Error;
    expect(() => get(pid as number)).toThrow(error);
    expect(() => get(pid as number, { threads: true })).toThrow(error);
  });

  it('takes the number of a process, and reports a process that does not exist', () => {
    expect(get(1).bounding).toEqual(expect.any(Array));
    expect(get(process.pid)).toEqual(get());
    const tids = get(process.pid, { threads: true }).map(({ tid }) => tid);
    expect(tids).toContain(process.pid);
    expect(() => get(2 ** 31 - 1)).toThrow(expect.objectContaining({ code: 'syscall-failed' }) as Error);
  });
});
