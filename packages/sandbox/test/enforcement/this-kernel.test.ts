import { once } from 'node:events';

import { newestAbi } from '@sb/landlock';
import { expectedLandlock, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { sandboxSupport } from '../../src/plan.js';

/** The first ABI that has all that is asked for here: UDP came last. */
const completeAbi = 10;

const everything: SandboxOptions = {
  user: 'nobody',
  landlock: { preset: 'read-only', abi: newestAbi, net: { connectTcp: [443], connectSendUdp: [53], bindUdp: [0] } },
  seccomp: 'deny-dangerous',
};

/* Runs on every kernel: what the sandbox says of itself is what the probe sees from inside. */
describe.skipIf(missing('root', 'linux'))('on this kernel', () => {
  const { landlock: kernel } = sandboxSupport();

  it('asks the kernel that is there', () => {
    const expected = expectedLandlock() ?? (kernel.abi || kernel.state);
    expect(kernel.abi || kernel.state).toBe(expected);
  });

  it('prefer goes on without what is missing, names it, and the probe agrees from inside', async () => {
    const sandbox = createSandbox({ ...everything, prefer: ['landlock'] });
    const { passed, lines, report } = await sandbox.selfTest();
    expect(lines.filter(({ result }) => result !== 'passed')).toEqual([]);
    expect(passed).toBe(true);
    const landlock = report.features.filter(({ layer }) => layer === 'landlock');
    const lost = landlock.filter(({ state }) => state !== 'enforced');
    expect(lost.length === 0).toBe(kernel.abi >= completeAbi);
    expect(lost.length === landlock.length).toBe(kernel.abi === 0);
    for (const { state, reason } of lost) {
      expect(state).toBe('unsupported');
      expect(reason).toMatch(kernel.abi === 0 ? /Landlock/ : /needs ABI \d+, kernel has/);
    }
    // Whatever the kernel lacks of Landlock, the other layers are in force.
    for (const layer of ['privdrop', 'caps', 'seccomp']) {
      expect(lines.filter((line) => line.layer === layer).length).toBeGreaterThan(0);
    }
    expect(lines.some(({ layer }) => layer === 'landlock')).toBe(kernel.abi > 0);
    expect(report.features.some(({ layer, state }) => layer === 'seccomp' && state === 'enforced')).toBe(true);
  });

  it('require starts nothing without what is missing', async () => {
    const sandbox = createSandbox(everything);
    if (kernel.abi >= completeAbi) {
      const child = sandbox.spawn('/bin/true');
      const [[code], { status }] = await Promise.all([once(child, 'close'), child.enforcement]);
      expect({ code, status }).toEqual({ code: 0, status: 'full' });
      return;
    }
    const code = kernel.state === 'disabled-at-boot' ? 'disabled-at-boot' : 'unsupported-kernel';
    expect(() => sandbox.spawn('/bin/true')).toThrow(expect.objectContaining({ layer: 'landlock', code }));
  });
});
