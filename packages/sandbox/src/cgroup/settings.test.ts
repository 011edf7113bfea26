import { expect, it } from 'vitest';

import { isSet, settingsOf } from './settings.js';

it('writes what cgroup-v2.rst describes', () => {
  const files = settingsOf({ memory: 100_000, pids: 7, cpu: 150 }).map(({ file, value }) => [file, value]);
  expect(files).toEqual([
    ['memory.max', '100000'],
    ['memory.swap.max', '0'],
    ['memory.oom.group', '1'],
    ['pids.max', '7'],
    ['cpu.max', '150000 100000'],
  ]);
  expect(settingsOf({})).toEqual([]);
  expect(settingsOf({ cpu: 1 })).toEqual([{ file: 'cpu.max', value: '1000 100000' }]);
});

it.each([
  ['memory.max', '100000', '98304\n', true],
  ['memory.max', '100000', '100000\n', true],
  ['memory.max', '100000', '100001\n', false],
  ['memory.max', '100000', '1\n', false],
  ['memory.max', '100000', 'max\n', false],
  ['memory.max', '100000', undefined, false],
  ['pids.max', '7', '6\n', false],
  ['pids.max', '7', '7\n', true],
  ['cpu.max', '1000 100000', 'max 100000\n', false],
] as const)('%s %s reads back %j: %s', (file, value, text, expected) => {
  expect(isSet({ file, value }, text)).toBe(expected);
});

it('may lack only what some kernels do not count', () => {
  expect(isSet({ file: 'memory.swap.max', value: '0', isOptional: true }, undefined)).toBe(true);
  expect(isSet({ file: 'memory.swap.max', value: '0', isOptional: true }, 'max\n')).toBe(false);
});
