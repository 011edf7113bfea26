/* Becoming another program after the start. */
import * as seccomp from '@sb/seccomp';
import { type Attempt, missing, parseProbe, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { definePolicy } from '../../src/policy/define.js';
import { withExecOnce } from '../../src/filter/exec-once.js';
import { createSandbox } from '../../src/index.js';
import { layerPolicies } from '../../src/plan/layers.js';
import { attackers, inside } from '../attack/suite.js';
import { processOf, run } from '../launcher.js';
import { startIn } from '../start.js';

const table = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const call = (name: string, ...args: readonly (number | string)[]): Attempt => [
  'syscall',
  seccomp.syscallNumber(name, table) ?? -1,
  ...args,
];

/** Pointers to nothing and no such descriptor: what the kernel says of them shows that it looked at the call. */
const execs = [
  call('execve', 0, 0, 0),
  call('execveat', -1, 0, 0, 0, 0),
  call('execveat', -1, 0, 0, 0, 0, '0x0123456789abcdef'),
];
const through = ['EFAULT', 'EFAULT', 'EFAULT'];
const denied = ['EPERM', 'EPERM', 'EPERM'];

describe.skipIf(missing('linux', 'root'))('a sandbox that executes once', () => {
  it.each(attackers)('starts its program, which executes nothing afterwards, as %s', async (who) => {
    expect(await inside(who, execs)).toEqual(through);
    expect(await inside(who, execs, { execOnce: true })).toEqual(denied);
    // Processes are another matter.
    expect(await inside(who, [['fork']], { execOnce: true })).toEqual(['OK']);
  });

  it.each<seccomp.Base>(['allow-all', 'deny-dangerous', 'network-client', 'network-client-running'])(
    'does so from the starting point %s, with all else allowed',
    async (base) => {
      const allow = ['execve', 'execveat'];
      const rules = [{ syscall: 'execve', action: 'allow' }] as const;
      const open = { seccomp: { base, allow, rules } };
      // Some of them make no processes for attempts either.
      expect(await inside('switched', execs, open, 'together')).toEqual(through);
      expect(await inside('switched', execs, { ...open, execOnce: true }, 'together')).toEqual(denied);
    },
  );

  it('makes a shell useless, and leaves what it has built in', async () => {
    const script = 'echo built in; /bin/true; echo $?; exec /bin/true';
    const shell = async (policy: object) => await startIn({ policy, program: '/bin/sh', args: ['-c', script] });
    expect(await shell({})).toMatchObject({ stdout: 'built in\n0\n', status: 0 });
    expect(await shell({ execOnce: true })).toMatchObject({ stdout: 'built in\n126\n', status: 126 });
  });

  it('knows the launcher by the key and by nothing else', async () => {
    const attempts = [...execs, call('execveat', -1, 0, 0, 0, 0, '0x0123456789abcdee')];
    const key = 0x0123_4567_89ab_cdefn;
    const policy = seccomp.policy(withExecOnce({ base: 'deny-dangerous' }, key));
    const { record } = seccomp.plan(policy, seccomp.support());
    const target = [probePath(), ...probeArguments(attempts)];
    const outcome = await run([processOf(target, { execKey: key }), record]);
    const said = parseProbe(outcome.stdout, attempts.length).map((result) => result.outcome);
    expect(said).toEqual(['EPERM', 'EPERM', 'EFAULT', 'EPERM']);
    for (const execKey of [undefined, 0n, key + 1n, key ^ (1n << 63n)]) {
      const { status, stdout } = await run([processOf(target, { execKey }), record]);
      expect(status).toMatchObject({ kind: 'failed', step: 'exec', syscall: 'execveat', errno: 1 });
      expect(stdout).toBe('');
    }
  });

  it('has another key each time, and says so in its report only', async () => {
    const rule = () => layerPolicies(definePolicy({ execOnce: true })).seccomp?.rules[0]?.when[0]?.value;
    expect(rule()).toMatch(/^0x[0-9a-f]{16}$/);
    expect(rule()).not.toBe(rule());
    const sandbox = createSandbox({ execOnce: true });
    const line = { layer: 'seccomp', feature: 'exec_once', state: 'enforced' };
    expect(sandbox.plan().features).toContainEqual(line);
    const child = sandbox.spawn('/bin/true', [], { stdio: 'ignore' });
    expect((await child.enforcement).features).toContainEqual(line);
    expect(sandbox.explain()).not.toContain(String(rule()));
  });

  it('is one that its self-test finds', async () => {
    const { passed, lines } = await createSandbox({ execOnce: true, user: 'nobody' }).selfTest();
    expect(passed).toBe(true);
    const line = { attempted: expect.stringContaining('execute ') as string, expected: 'EPERM', control: 'OK' };
    expect(lines).toContainEqual(expect.objectContaining(line));
  });

  it.each<[string, Partial<seccomp.SeccompOptions>]>([
    ['foreign', { foreign: 'allow' }],
    ['foreign', { foreign: 'log' }],
    ['x32', { x32: 'allow' }],
    ['x32', { x32: { action: 'trace', data: 1 } }],
  ])('can not be where calls go through by other numbers: %s %j', (key, open) => {
    const policy = { seccomp: { base: 'deny-dangerous', ...open } } as const;
    expect(() => createSandbox({ ...policy, execOnce: true })).toThrow(
      expect.objectContaining({ code: 'invalid-policy', path: `seccomp.${key}`, hint: expect.any(String) }),
    );
    expect(() => createSandbox(policy)).not.toThrow();
  });

  it.skipIf(process.arch !== 'x64')('leaves no exec by int $0x80 either', async () => {
    const execve32 = 11;
    const attempts = [
      ['int80', execve32],
      ['int80', 20],
    ] as const;
    const listed = { seccomp: { base: 'deny-dangerous', architectures: ['i386', 'x86_64'] } } as const;
    // EFAULT: the kernel looked at the call, whose path points to nothing.
    const open = { seccomp: { base: 'deny-dangerous', foreign: 'allow' } } as const;
    expect(await inside('switched', attempts, open)).toEqual(['EFAULT', 'OK']);
    expect(await inside('switched', attempts, listed)).toEqual(['EFAULT', 'OK']);
    expect(await inside('switched', attempts, { ...listed, execOnce: true })).toEqual(['EPERM', 'OK']);
    const { features } = createSandbox(open).plan();
    const filter = features.find(({ feature }) => feature === 'filter');
    expect(filter).toMatchObject({ state: 'enforced', reason: expect.stringMatching(/^not for calls of other arch/) });
  });

  it('can not be without a filter', () => {
    for (const without of [{ seccomp: 'off' }, { off: ['seccomp'] }] as const) {
      expect(() => createSandbox({ execOnce: true, ...without })).toThrow(/needs the filter/);
    }
  });
});
