import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { actionNames } from './actions.js';
import { comparisons } from './conditions.js';
import { policyReader } from './documents.js';
import { policy, type SeccompOptions } from './policy.js';

const actions = actionNames.map((action) => {
  if (action === 'errno') return { action, errno: 'EPERM' };
  return action === 'trap' || action === 'trace' ? { action, data: 1 } : { action };
});

const conditions = comparisons.map((compare) => ({
  arg: 0,
  compare,
  value: 1,
  ...(compare.startsWith('masked') ? { mask: 1 } : {}),
}));

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
