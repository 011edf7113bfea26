import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { actionNames } from './policy/actions.js';
import { comparisons } from './policy/conditions.js';
import { compile } from './compiler/compile.js';
import { levelsReader, planReader, policyReader } from './policy/documents.js';
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

it('every level and every option of plan is read', () => {
  const levels = (value: unknown): unknown => withLevels(some, value as Parameters<typeof withLevels>[1]);
  expect(walkOptions({ reader: levelsReader, samples: [{ filter: 'prefer' }], take: levels }).faults).toEqual([]);
  const planned = (value: unknown): unknown =>
    plan(some, { state: 'unsupported-kernel', reason: 'none' }, value as { proofKey: bigint });
  expect(walkOptions({ reader: planReader, samples: [{ proofKey: 1n }], take: planned }).faults).toEqual([]);
});

it('a call that is simulated has no key but its own', () => {
  const call = { syscall: 'read', agrs: [1] } as SimulatedCall;
  expect(() => simulate(compile(some), call)).toThrow(
    /agrs is unknown\. Did you mean "args"\? Use: syscall, args, arch\./,
  );
});
