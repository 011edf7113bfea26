/* Whether the tests would notice if the launcher left a step out. */
import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { cgroupMutants } from './cgroup-mutants.js';
import { execMutants } from './exec-mutants.js';
import { launcherTests } from './launcher-tests.js';
import { launcherMutants } from './mutants.js';

launcherTests([...launcherMutants, ...cgroupMutants, ...execMutants]);

it('the launcher has a mutant for every step', () => {
  const source = readFileSync(new URL('../../native/launcher/steps.c', import.meta.url), 'utf8');
  const steps = [...source.matchAll(/\{SB_LAYER_[A-Z]+, (step_[a-z_]+)\}/g)].map(([, name]) => name ?? '');
  const without = steps.filter((name) => !launcherMutants.some(({ from }) => from.includes(`${name}(`)));
  // Without the last there is no target at all.
  expect(without).toEqual(['step_exec']);
  expect(steps.length).toBeGreaterThan(5);
});
