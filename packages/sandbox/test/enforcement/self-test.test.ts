/* selfTest() is green where a policy is in force, whatever the policy, and red where a layer is missing inside. */
import { readdirSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it, vi } from 'vitest';

import { asTarget } from '../../src/child/child.js';
import { createSandbox, definePolicy, type SandboxOptions } from '../../src/index.js';
import { launch } from '../../src/launch/launch.js';
import { layerPolicies, type LayerPolicies } from '../../src/plan/layers.js';
import { planSandbox, type SandboxPlan, sandboxSupport } from '../../src/plan/plan.js';
import { type OutsideStart, type SelfTest, selfTest } from '../../src/self-test/self-test.js';
import { startRecords } from '../../src/launch/start.js';
import { layOut } from '../../src/launch/stdio.js';

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
  // Calls of one C library, and of another: the probe makes the same with both.
  { seccomp: { base: 'deny-dangerous', deny: ['openat', 'clone', 'mkdirat', 'symlinkat'] } },
  ...(process.arch === 'x64'
    ? [{ seccomp: { base: 'deny-dangerous', deny: ['open', 'fork', 'mkdir', 'symlink'] } } as const]
    : []),
];

const wrong = ({ lines }: SelfTest) => lines.filter(({ result }) => result !== 'passed');

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

  it('names the filter where it is the filter that denies', async () => {
    const deny = ['mkdirat', 'kill', 'setresuid'] as const;
    const seccomp = { base: 'deny-dangerous', deny } as const;
    const linesOf = async (options: SandboxOptions) => {
      const { lines } = await createSandbox({ user: 'nobody', ...options }).selfTest();
      return (operation: string) => lines.find(({ attempted }) => attempted.startsWith(`${operation} `));
    };
    const [open, denied] = [await linesOf({}), await linesOf({ seccomp })];
    for (const [operation, call, layer, answer] of [
      ['mkdir', 'mkdirat', 'landlock', 'EACCES'],
      ['signal', 'kill', 'landlock', 'EPERM'],
      ['setresuid', 'setresuid', 'privdrop', 'EPERM'],
    ] as const) {
      expect(open(operation)).toMatchObject({ layer, seen: answer, control: 'OK', result: 'passed' });
      const line = { layer: 'seccomp', feature: `filter: ${call}`, seen: 'EPERM', control: 'OK', result: 'passed' };
      expect(denied(operation)).toMatchObject(line);
    }
  });

  it('is attempted as the user of the sandbox outside too, but for the loss of ids and capabilities', async () => {
    const { lines } = await createSandbox({ user: 'nobody', landlock: { paths: [{ rwx: '/' }] } }).selfTest();
    const written = lines.find(({ attempted }) => attempted.startsWith('mkdir '));
    expect(written).toMatchObject({ seen: 'OK', control: 'OK', result: 'passed' });
    const raised = lines.find(({ attempted }) => attempted.startsWith('setresuid '));
    expect(raised).toMatchObject({ seen: 'EPERM', control: 'OK', result: 'passed' });
  });

  it('leaves nothing behind', async () => {
    using folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder.path);
    const open = readdirSync('/proc/self/fd').length;
    await createSandbox().selfTest().finally(vi.unstubAllEnvs);
    expect(readdirSync(folder.path)).toEqual([]);
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
      {
        inside: (program, args) => starting(lesser, { program, args: () => args }),
        outside: (as, start) => {
          const own = as === 'user' ? { ...none, privdrop: layers.privdrop } : none;
          return starting(planSandbox(policy, own, sandboxSupport()), start);
        },
      },
    );
    // Without the filter, Landlock's scope answers where it would have.
    const shared = new Set<string>(['privdrop', 'seccomp']);
    expect(test.passed).toBe(false);
    expect(new Set(wrong(test).map((line) => line.layer))).toContain(layer);
    expect(new Set(wrong(test).map((line) => line.layer)).size).toBeLessThanOrEqual(shared.has(layer) ? 2 : 1);
  });
});

/** Starts the probe's descriptor under any plan. */
function starting(plan: SandboxPlan, { program, args, folder }: Omit<OutsideStart, 'folder'> & { folder?: number }) {
  const { stdio, keep } = layOut(['ignore', 'pipe', 'inherit']);
  const position = stdio.length;
  const argv = ['probe', ...args(`/proc/self/fd/${position + 1}`)];
  const start = {
    path: position,
    argv,
    env: {},
    keep: [...keep, position, ...(folder === undefined ? [] : [position + 1])],
  };
  const descriptors = [...stdio, program, ...(folder === undefined ? [] : [folder])];
  const launched = launch(startRecords(definePolicy({}), plan, start), descriptors);
  const end = (signal: NodeJS.Signals = 'SIGKILL') => void launched.child.kill(signal);
  return asTarget(launched, plan, { end, isTimedOut: false });
}
