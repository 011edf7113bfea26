import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { optionsReader, policyReader } from './documents.js';
import { type CapsOptions, type CapsPolicy, policy, requirePolicy } from './policy.js';

const everything: CapsOptions = {
  keep: ['cap_chown'],
  ambient: ['cap_chown'],
  inheritable: ['cap_chown'],
  bounding: ['cap_chown'],
  securebits: 'lock',
  noNewPrivs: true,
  levels: {
    capabilities: 'require',
    keep: 'require',
    ambient: 'require',
    bounding: 'prefer',
    securebits: 'prefer',
    noNewPrivs: 'require',
  },
};

it('every option is read: no typo, undefined, null, inherited key, other kind or endless value passes', () => {
  const take = (value: unknown): unknown => policy(value as CapsOptions);
  const walk = walkOptions({ reader: optionsReader, samples: [everything], take, root: 'options' });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(50);
});

it('every part of a policy that travelled is read', () => {
  const take = (value: unknown): unknown => requirePolicy(value as CapsPolicy);
  const walk = walkOptions({ reader: policyReader, samples: [policy(everything)], take, root: 'policy' });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(50);
});
