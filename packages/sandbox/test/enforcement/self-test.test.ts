/* selfTest() is green where a policy is in force, whatever the policy, and red where a layer is missing inside. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { asTarget } from '../../src/child.js';
import { createSandbox, definePolicy, type SandboxOptions } from '../../src/index.js';
import { launch } from '../../src/launch.js';
import { layerPolicies, type LayerPolicies } from '../../src/layers.js';
import { planSandbox, type SandboxPlan, sandboxSupport } from '../../src/plan.js';
import { type SelfTest, selfTest } from '../../src/self-test/self-test.js';
import { startRecords } from '../../src/start.js';
import { layOut } from '../../src/stdio.js';

const policies: readonly SandboxOptions[] = [
  {},
  { user: 'nobody' },
  { user: 'nobody', landlock: 'minimal', seccomp: 'network-client' },
  { landlock: { paths: [{ rw: '/tmp' }], net: { connectTcp: [443], bindTcp: [8080] } } },
  { landlock: { preset: 'none', paths: [{ ro: '/usr' }], scope: [] } },
  { user: 'nobody', landlock: 'off' },
  { seccomp: 'off', caps: 'off' },
  { user: 'nobody', caps: { keep: ['cap_chown'] }, newSession: false },
  { seccomp: { base: 'deny-dangerous', allow: ['unshare'], deny: ['memfd_create'], sockets: ['AF_UNIX'] } },
];

const wrong = ({ lines }: SelfTest) => lines.filter(({ passed }) => !passed);

describe.skipIf(missing('linux', 'root', 'landlock7'))('selfTest', () => {
  it.each(policies)('passes for %j', async (options) => {
    const test = await createSandbox(options).selfTest();
    expect(wrong(test)).toEqual([]);
    expect(test.passed).toBe(true);
    expect(test.lines.length).toBeGreaterThan(0);
    expect(test.report.verified.by).toMatch(/parent|launcher/);
  });

  it('attempts something for each layer, and what it attempts works outside', async () => {
    const { lines } = await createSandbox({ user: 'nobody' }).selfTest();
    expect(new Set(lines.map(({ layer }) => layer))).toEqual(new Set(['privdrop', 'caps', 'landlock', 'seccomp']));
    const denied = lines.filter(({ seen, control }) => seen !== control);
    expect(new Set(denied.map(({ layer }) => layer))).toEqual(new Set(['privdrop', 'caps', 'landlock', 'seccomp']));
    expect(denied.length).toBeGreaterThan(15);
  });

  it('leaves nothing behind', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('sb-self-test-')).length;
    const [before, open] = [left(), readdirSync('/proc/self/fd').length];
    await createSandbox().selfTest();
    expect(left()).toBeLessThanOrEqual(before);
    // A pipe of the probe may close a moment after its end.
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(open);
  });

  it.each(['privdrop', 'caps', 'landlock', 'seccomp'] as const)('is red where %s is missing inside', async (layer) => {
    // A change of user takes the capabilities away too, so there is none where they are looked at.
    const policy = definePolicy(layer === 'caps' ? {} : { user: 'nobody' });
    const layers = layerPolicies(policy);
    const whole = planSandbox(policy, layers, sandboxSupport());
    // Without capabilities nobody could become root again, dropped or not.
    const without = layer === 'privdrop' ? { privdrop: undefined, caps: undefined } : { [layer]: undefined };
    const lesser = planSandbox(policy, { ...layers, ...without }, sandboxSupport());
    const none: LayerPolicies = { privdrop: undefined, caps: undefined, landlock: undefined, seccomp: undefined };
    const test = await selfTest(
      { layers, plan: whole },
      { inside: starting(lesser), outside: starting(planSandbox(policy, none, sandboxSupport())) },
    );
    // Without the filter, Landlock's scope answers where it would have.
    const shared = new Set<string>(['privdrop', 'seccomp']);
    expect(test.passed).toBe(false);
    expect(new Set(wrong(test).map((line) => line.layer))).toContain(layer);
    expect(new Set(wrong(test).map((line) => line.layer)).size).toBeLessThanOrEqual(shared.has(layer) ? 2 : 1);
  });
});

/** Starts the probe's descriptor under any plan. */
function starting(plan: SandboxPlan) {
  return (descriptor: number, args: readonly string[]) => {
    const { stdio, keep } = layOut(['ignore', 'pipe', 'inherit']);
    const start = { path: stdio.length, argv: ['probe', ...args], env: {}, keep: [...keep, stdio.length] };
    const launched = launch(startRecords(definePolicy({}), plan, start), [...stdio, descriptor]);
    return asTarget(launched, plan, () => launched.child.kill('SIGKILL'));
  };
}
