/* Whether the tests would notice if the launcher left a step out, or a preset a rule. */
import { readFileSync } from 'node:fs';

import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cgroupMutants } from './cgroup-mutants.js';
import { denialMutants } from './denial-mutants.js';
import { execMutants } from './exec-mutants.js';
import { linkMutants } from './link-mutants.js';
import { lookMutants } from './look-mutants.js';
import { launcherMutants, presetMutants } from './mutants.js';
import { makeWorkshop, type Workshop } from './workshop.js';

const all = [
  ...launcherMutants,
  ...cgroupMutants,
  ...execMutants,
  ...linkMutants,
  ...lookMutants,
  ...denialMutants,
  ...presetMutants,
];
/** Building a launcher and starting the test runner, in milliseconds. */
const timeout = 600_000;

describe.skipIf(missing('linux', 'root', 'landlock7', 'x64'))('a test goes red without', () => {
  let workshop: Workshop;
  beforeAll(() => {
    workshop = makeWorkshop();
  });
  afterAll(() => workshop[Symbol.dispose]());

  it('control: nothing, and none does', { timeout }, async () => {
    const { failed, passed, why } = await workshop.control(all);
    expect([failed, why]).toEqual([0, '']);
    expect(passed).toBeGreaterThan(10);
  });

  it.each(all)('$name', { timeout }, async (mutant) => {
    const { failed, why } = await workshop.judge(mutant);
    expect(failed).toBeGreaterThan(0);
    expect(why).not.toBe('');
  });

  it('control: nothing again, once each was taken back', { timeout }, async () => {
    // One runner judges all: what it still knew of a change would make it find the next one by mistake.
    const { failed, passed, why } = await workshop.control(all.slice(-1));
    expect([failed, why]).toEqual([0, '']);
    expect(passed).toBeGreaterThan(0);
  });

  it('has a mutant for every step of the launcher', () => {
    const source = readFileSync(new URL('../../native/launcher/steps.c', import.meta.url), 'utf8');
    const steps = [...source.matchAll(/\{SB_LAYER_[A-Z]+, (step_[a-z_]+)\}/g)].map(([, name]) => name ?? '');
    const without = steps.filter((name) => !launcherMutants.some(({ from }) => from.includes(`${name}(`)));
    // Without the last there is no target at all.
    expect(without).toEqual(['step_exec']);
    expect(steps.length).toBeGreaterThan(5);
  });
});
