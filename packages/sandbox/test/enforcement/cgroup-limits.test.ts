/*
 * Limits of a whole sandbox. Where the machine delegates cgroup v2 with its controllers, as in the guests of the kernel
 * matrix, they are enforced. Elsewhere nothing runs, or the report says why they are missing.
 */
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { compileC, expectedLandlock, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { cgroupRoot, TestCgroup } from '../cgroups.js';
import { cgroupSupport } from '../../src/cgroup/support.js';
import { createSandbox, type SandboxOptions, type SandboxReport } from '../../src/index.js';
import { sandboxSupport } from '../../src/plan/plan.js';
import { sbRun, sbRunPath } from '../sb-run.js';
import { startIn, states } from '../start.js';

const support = cgroupSupport();
const canLimit = support.state === 'available' && Object.keys(support.missing).length === 0;
const hasLandlock = sandboxSupport().landlock.abi > 0;
const cgroup = { memory: 64 * 2 ** 20, pids: 12, cpu: 50 };
/** As whom a program runs that has no right to leave: on kernels without Landlock too. */
const other: SandboxOptions = { user: 'nobody', landlock: 'read-only', prefer: ['landlock'] };

it('can be set in every guest of the kernel matrix', () => {
  expect({ canLimit, support }).toMatchObject({ canLimit: expectedLandlock() === undefined ? canLimit : true });
});

const python = async (policy: SandboxOptions, line: string) =>
  await createSandbox(policy).run('/usr/bin/python3', ['-c', line]);
const use = (bytes: number) => `x = b"x" * ${bytes}; print(len(x))`;
const forks = `import os
made = 0
end, own = os.pipe()
try:
  while made < 40:
    if os.fork() == 0: os.close(own); os.read(end, 1); os._exit(0)
    made += 1
except OSError as error: print(error.errno, end=" ")
print(made < 12, flush=True)
`;

function enforced(): void {
  it('reports what is set, and what was read back', async () => {
    const result = await createSandbox({ ...other, cgroup }).run('/bin/true');
    expect(result.exitCode).toBe(0);
    expect(states(result.enforcement)).toMatchObject({
      'process.cgroup.memory': 'enforced',
      'process.cgroup.pids': 'enforced',
      'process.cgroup.cpu': 'enforced',
    });
    expect(result.reachedLimits).toEqual([]);
  });

  it('memory: more ends every process, and says so; less works; without a limit all of it works', async () => {
    const limited: SandboxOptions = { ...other, cgroup: { memory: cgroup.memory } };
    const much = await python(limited, use(200 * 2 ** 20));
    expect([much.signal, much.stdout, much.reachedLimits]).toEqual([
      'SIGKILL',
      '',
      [{ limit: 'cgroup.memory', ended: true }],
    ]);
    expect(await python(limited, use(2 ** 20))).toMatchObject({ stdout: `${2 ** 20}\n`, reachedLimits: [] });
    expect(await python(other, use(200 * 2 ** 20))).toMatchObject({ stdout: `${200 * 2 ** 20}\n`, reachedLimits: [] });
    // A descendant takes its starter with it, so nothing half-done goes on.
    const child = `import os\nif os.fork() == 0:\n  ${use(200 * 2 ** 20)}\nos.wait(); print("alive")`;
    expect(await python(limited, child)).toMatchObject({
      signal: 'SIGKILL',
      stdout: '',
      reachedLimits: [{ limit: 'cgroup.memory', ended: true }],
    });
  });

  it('memory: a program that somebody kills has not reached it', async () => {
    const result = await python({ ...other, cgroup }, 'import os; os.kill(os.getpid(), 9)');
    expect([result.signal, result.reachedLimits]).toEqual(['SIGKILL', []]);
  });

  it('pids: no more processes can be made, and that is said', async () => {
    const limited = await python({ ...other, cgroup: { pids: 12 } }, forks);
    expect([limited.stdout, limited.reachedLimits]).toEqual(['11 True\n', [{ limit: 'cgroup.pids', ended: false }]]);
    const control = await python(other, forks);
    expect([control.stdout, control.reachedLimits]).toEqual(['False\n', []]);
  });

  it('cpu: the kernel lets them wait', async () => {
    const child = createSandbox({ ...other, cgroup: { cpu: 5 } }).spawn('/bin/sh', ['-c', 'while :; do :; done']);
    child.on('error', () => undefined);
    await child.enforcement;
    const [, name = ''] = /^0::(.*)$/m.exec(readFileSync(`/proc/${child.pid}/cgroup`, 'utf8')) ?? [];
    const stat = join(cgroupRoot(), name, 'cpu.stat');
    await expect
      .poll(() => Number(/^nr_throttled (\d+)$/m.exec(readFileSync(stat, 'utf8'))?.[1]), { timeout: 60_000 })
      .toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'close');
    await expect.poll(() => existsSync(stat)).toBe(false);
  });

  it('cannot be left or raised from inside by the same user, whom Landlock and the filter hold', async () => {
    using folder = temporaryFolder(0o755);
    const leaver = folder.file('leaver');
    await compileC(leaver, { from: import.meta.url, sources: ['fixtures/leaver.c'] });
    await using elsewhere = new TestCgroup(`sb-test-${process.pid}`);
    const line = `own=${cgroupRoot()}$(sed -n s/^0:://p /proc/self/cgroup); exec ${leaver} ${elsewhere.path} "$own"`;
    // Outside, the cgroup of this process is the root: its own settings stay as they are.
    const control = await runProgram(leaver, [elsewhere.path, elsewhere.path]);
    expect(control.stdout).toMatch(/^clone OK$[^]*^move OK$/m);
    const run = async (policy: SandboxOptions) =>
      createSandbox({ landlock: 'read-only', ...policy, cgroup }).run('/bin/sh', ['-c', line]);
    if (hasLandlock) {
      const { stdout, enforcement } = await run({ prefer: ['landlock'] });
      expect(states(enforcement)['process.cgroup.pids']).toBe('enforced');
      expect(stdout.trim().split('\n')).toEqual([
        'make EACCES',
        'clone ENOSYS',
        'raise EACCES',
        'enable EACCES',
        'fork OK',
        'move EACCES',
      ]);
    }
    const open: SandboxOptions[] = [
      { landlock: 'off' },
      { seccomp: 'off', prefer: ['landlock'] },
      { landlock: { paths: [{ rwx: '/' }] }, prefer: ['landlock'] },
    ];
    for (const policy of hasLandlock ? open : [...open, { prefer: ['landlock'] }]) {
      await expect(run(policy)).rejects.toThrow(/could leave its cgroup/);
    }
    // What the report would have promised: with clone3 the same user leaves, whatever Landlock denies.
    if (!hasLandlock) return;
    const { stdout } = await run({ seccomp: 'off', prefer: ['landlock', 'process'] });
    expect(stdout).toMatch(/^clone OK$/m);
  });

  it('are set by an ordinary user in a delegated cgroup', async () => {
    await using delegated = new TestCgroup(`sb-test-user-${process.pid}`);
    writeFileSync(join(cgroupRoot(), 'cgroup.subtree_control'), '+memory +pids +cpu');
    const own = new TestCgroup('main', delegated.path);
    expect(await runProgram('/bin/sh', ['-c', `chown -R ${nobody.uid} ${delegated.path}`])).toMatchObject({
      status: 0,
    });
    const as = `setpriv --reuid=${nobody.uid} --regid=${nobody.gid} --clear-groups`;
    const sandbox = `${process.execPath} ${sbRunPath()} --report --prefer landlock --pids 12`;
    const line = `echo $$ > ${own.path}/cgroup.procs && exec ${as} ${sandbox} -- /usr/bin/python3 -c '${forks}'`;
    const { stdout, stderr } = await runProgram('/bin/sh', ['-c', line], { timeout: 60_000 });
    if (hasLandlock) {
      expect(states(JSON.parse(stderr) as SandboxReport)['process.cgroup.pids']).toBe('enforced');
      expect(stdout).toBe('11 True\n');
      expect(delegated.read('cgroup.subtree_control')).toContain('pids');
    } else expect(stderr).toMatch(/could leave its cgroup/);
  });

  it('are told by sb-run, which ends with 128 and the signal', async () => {
    const options = ['--user', 'nobody', '--prefer', 'landlock', '--memory', '64M'];
    const run = await sbRun([...options, '--', '/usr/bin/python3', '-c', use(200 * 2 ** 20)]);
    expect(run).toMatchObject({
      status: 137,
      stderr: 'sb-run: the limit of 67108864 bytes of memory ended the command (--memory)\n',
    });
  });
}

function reported(): void {
  it('start nothing where they are required, and the error says why', async () => {
    const { error } = await startIn({ policy: { cgroup }, program: '/bin/true' });
    expect(error).toMatchObject({ code: 'unsupported-platform', step: 'plan' });
    expect(error?.message).toMatch(/limit for \w+ of the cgroup cannot be enforced: .*controller/);
    const run = await sbRun(['--memory', '64M', '--', '/bin/true']);
    expect(run).toMatchObject({ status: 125, stderr: expect.stringMatching(/prefer process\.cgroup/) as string });
  });

  it('are reported as missing where they are preferred, and the program runs', async () => {
    const { report, status } = await startIn({
      policy: { landlock: 'read-only', cgroup, prefer: ['process.cgroup'] },
      program: '/bin/true',
    });
    expect([status, report?.status]).toEqual([0, 'partial']);
    for (const feature of ['cgroup.memory', 'cgroup.pids', 'cgroup.cpu']) {
      expect(report?.features.find((line) => line.feature === feature)).toMatchObject({
        state: 'unsupported',
        reason: expect.stringMatching(/controller|cgroup/) as string,
      });
    }
  });

  it('are reported to an ordinary user whose cgroup is not delegated', async () => {
    const { report } = await startIn(
      { policy: { landlock: 'read-only', cgroup, prefer: ['process.cgroup'] }, program: '/bin/true' },
      nobody,
    );
    expect(report?.features.find(({ feature }) => feature === 'cgroup.pids')).toMatchObject({ state: 'unsupported' });
  });
}

describe.skipIf(missing('root', 'linux'))('limits of a cgroup', () => {
  if (canLimit) enforced();
  else reported();
});
