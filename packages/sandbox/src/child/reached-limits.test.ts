import { expect, it } from 'vitest';

import { definePolicy } from '../policy/define.js';
import type { SandboxOptions } from '../policy/options.js';
import { type Death, reachedLimits } from './reached-limits.js';

const quiet = { isOutOfMemory: false, refusedPids: 0 };
const full = { isOutOfMemory: true, refusedPids: 0 };
const died = (signal: Death['signal'], rest: Partial<Death> = {}): Death => ({
  signal,
  time: undefined,
  events: undefined,
  ...rest,
});

it.each<[SandboxOptions, Death, readonly [limit: string, ended: boolean][]]>([
  [{}, died('SIGKILL'), []],
  [{}, died('SIGKILL', { events: quiet }), []],
  [{}, died('SIGKILL', { events: full }), [['cgroup.memory', true]]],
  [{}, died(null, { events: full }), [['cgroup.memory', false]]],
  [{}, died(null, { events: { ...quiet, refusedPids: 3 } }), [['cgroup.pids', false]]],
  [{ rlimits: { cpu: 2 } }, died('SIGKILL', { time: 2_000_000 }), [['rlimit.cpu', true]]],
  [{ rlimits: { cpu: 2 } }, died('SIGXCPU', { time: 2_000_000 }), [['rlimit.cpu', true]]],
  // Somebody else has killed it, or it ended itself, or nothing is known.
  [{ rlimits: { cpu: 2 } }, died('SIGKILL', { time: 1_999_999 }), []],
  [{ rlimits: { cpu: 2 } }, died(null, { time: 2_000_001 }), []],
  [{ rlimits: { cpu: 2 } }, died('SIGKILL'), []],
  [{ rlimits: { cpu: 'unlimited' } }, died('SIGKILL', { time: 9e9 }), []],
  [{ rlimits: { fsize: 1 } }, died('SIGXFSZ'), [['rlimit.fsize', true]]],
  [{ rlimits: { fsize: 'unlimited' } }, died('SIGXFSZ'), []],
  [{}, died('SIGXFSZ'), []],
  // Such a program ends itself, as it likes.
  [{ rlimits: { as: 1, data: 1, nproc: 1 } }, died('SIGSEGV'), []],
])('%j and %j: %j', (options, death, expected) => {
  const found = reachedLimits(definePolicy(options), death);
  expect(found.map(({ limit, ended }) => [limit, ended])).toEqual(expected);
});
