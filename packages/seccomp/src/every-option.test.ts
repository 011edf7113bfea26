import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { evaluate, seenCallReader } from './analysis/evaluate.js';
import { actionNames } from './policy/actions.js';
import { comparisons } from './policy/conditions.js';
import { compile } from './compiler/compile.js';
import { levelsReader, planReader, policyReader, restrictReader } from './policy/documents.js';
import { documentPlace } from './errors.js';
import { plan } from './plan.js';
import { policy, withLevels } from './policy/policy.js';
import type { SeccompOptions } from './policy/options.js';
import { simulate } from './analysis/simulate.js';
import type { SimulatedCall } from './analysis/simulated-call.js';

const actions = actionNames.map((action) => {
  if (action === 'errno') return { action, errno: 'EPERM' };
  return action === 'trap' || action === 'trace' ? { action, data: 1 } : { action };
});

const conditions: readonly object[] = comparisons.map((compare) => {
  const condition = { arg: 0, compare, value: 1 };
  return compare.startsWith('masked') ? Object.assign(condition, { mask: 1 }) : condition;
});

const everything = {
  layer: 'seccomp',
  base: 'deny-all',
  deny: ['ptrace', '@io-uring'],
  allow: ['read'],
  rules: actions.map((action, index) => ({ syscall: 'write', when: index === 0 ? conditions : [], action })),
  sockets: ['AF_UNIX'],
  denied: 'kill-process',
  unknown: { action: 'errno', errno: 1 },
  foreign: 'kill-thread',
  x32: { action: 'trap', data: 2 },
  architectures: ['x86_64'],
  level: 'prefer',
};

it('every option is read: no typo, undefined, null, inherited key, other kind or endless value passes', () => {
  const take = (value: unknown): unknown => policy(value as SeccompOptions);
  const walk = walkOptions({ reader: policyReader, samples: [everything], take });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(500);
});

const some = policy({ base: 'deny-dangerous', level: 'prefer' });

it('every level and every option of plan and restrictSelf is read', () => {
  const levels = (value: unknown): unknown => withLevels(some, value as Parameters<typeof withLevels>[1]);
  expect(walkOptions({ reader: levelsReader, samples: [{ filter: 'prefer' }], take: levels }).faults).toEqual([]);
  const planned = (value: unknown): unknown =>
    plan(some, { state: 'unsupported-kernel', reason: 'none' }, value as { proofKey: bigint });
  expect(
    walkOptions({ reader: planReader, samples: [{ proofKey: 0x8000_0000n, supervise: ['openat'] }], take: planned })
      .faults,
  ).toEqual([]);
  // The function itself would restrict the process that tries it.
  const take = (value: unknown): unknown => restrictReader.read(value, documentPlace());
  expect(walkOptions({ reader: restrictReader, samples: [{ proofKey: 0x8000_0000n }], take }).faults).toEqual([]);
});

it('a call that is simulated has no key but its own', () => {
  const call = { syscall: 'read', agrs: [1] } as SimulatedCall;
  const run = (given: unknown) => simulate(compile(some), given as SimulatedCall);
  expect(() => run(call)).toThrow(/agrs is unknown\. Did you mean "args"\? Use: syscall, args, arch\./);
  expect(() => run(Object.create({ syscall: 'read' }))).toThrow(/call has inherited properties/);
  expect(() => run(['read'])).toThrow(/call is not an object: a list/);
});

it('every part of a call to evaluate is read', () => {
  const take = (value: unknown): unknown => evaluate(some, 'x86_64', value as Parameters<typeof evaluate>[2]);
  const sample = { number: 0, args: [1n] };
  const walk = walkOptions({ reader: seenCallReader, samples: [sample], take, root: 'call' });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(10);
  expect(() => evaluate(some, 'x86-64' as 'x86_64', sample)).toThrow(
    /architecture is "x86-64"\. Did you mean "x86_64"/,
  );
});
