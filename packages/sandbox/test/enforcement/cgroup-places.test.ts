/* Where the cgroup of a start may be made, as seen from the cgroup of the process that asks. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { TestCgroup } from '../cgroups.js';
import { cgroupSupport } from '../../src/cgroup/support.js';
import { sandboxSupport } from '../../src/plan/plan.js';
import { sbRunPath } from '../sb-run.js';

const enter = ({ path }: TestCgroup) => `echo $$ > ${path}/cgroup.procs && exec "$@"`;
const sandbox = [process.execPath, sbRunPath(), '--fs', 'read-only', '--prefer', 'landlock', '--pids', '50'];
const optional = ['--prefer', 'process.cgroup'];
const other = ['--user', 'nobody'];
const command = ['--', '/bin/true'];
const asNobody = ['setpriv', `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, '--clear-groups'];

async function runIn(cgroup: TestCgroup, words: readonly string[]) {
  return await runProgram('/bin/sh', ['-c', enter(cgroup), 'sh', ...words]);
}

/** What sb-run says of a limit, from a process in a cgroup. */
async function planIn(cgroup: TestCgroup, { before = [] as readonly string[], user = other } = {}): Promise<string> {
  const words = [...before, ...sandbox, ...optional, ...user, '--dry-run', ...command];
  const { stdout, stderr, status } = await runIn(cgroup, words);
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').find((one) => one.includes('process.cgroup.pids')) ?? '';
}

/** Marks a cgroup as systemd does. */
async function mark({ path }: TestCgroup, value: string): Promise<void> {
  const line = `import os; os.setxattr(${JSON.stringify(path)}, "user.delegate", b"${value}")`;
  expect(await runProgram('/usr/bin/python3', ['-c', line])).toMatchObject({ status: 0 });
}

/** The root of a cgroup namespace, whose mount of cgroup v2 is the only one. */
const inNamespace = (how: string, line = 'exec "$@"') => [
  'unshare',
  '--cgroup',
  '--mount',
  'sh',
  '-c',
  `umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && mount -o remount,bind,${how} /sys/fs/cgroup && ${line}`,
  'sh',
];

const hasLandlock = sandboxSupport().landlock.abi > 0;
const support = cgroupSupport();
const hasPids = support.state === 'available' && support.missing.pids === undefined;
/** The kernel has the controller in cgroup v2, or this says so. */
const enforced = hasPids ? /^enforced/ : /does not have the controller pids/;

/** A cgroup whose cgroups can have limits, as far as this machine has them. */
function offering(name: string, above?: string): TestCgroup {
  const cgroup = new TestCgroup(`${name}-${process.pid}`, above);
  if (hasPids) cgroup.write('../cgroup.subtree_control', '+pids');
  return cgroup;
}

describe.skipIf(missing('root', 'linux', 'unshare'))('a place for cgroups', () => {
  it('of root is what systemd has marked as given away, and nothing else', async () => {
    await using around = offering('sb-test-marked');
    const own = new TestCgroup('main', around.path);
    expect(await planIn(own)).toMatch(/unsupported .* the one above it, \S+, is not delegated\. Start this process by/);
    await mark(around, '1');
    expect(await planIn(own)).toMatch(enforced);
    // The root of the hierarchy is somebody's, too.
    expect(await planIn(around)).toMatch(/the one above it, \/, is not delegated/);
    // A mark of another value is not one.
    await mark(around, '0');
    expect(await planIn(own)).toMatch(/is not delegated/);
  });

  it('of root is not one that another user may change, though it is marked', async () => {
    await using around = new TestCgroup(`sb-test-theirs-${process.pid}`);
    const own = new TestCgroup('main', around.path);
    await mark(around, '1');
    await runProgram('/bin/sh', ['-c', `chown -R ${nobody.uid} ${around.path}`]);
    expect(await planIn(own)).toMatch(new RegExp(`unsupported .*belongs to uid ${nobody.uid}`));
  });

  it('needs room: a cgroup that other processes fill sets no limits beneath it', async () => {
    await using around = offering('sb-test-busy');
    const own = new TestCgroup('main', around.path);
    await mark(around, '1');
    const child = spawn('/bin/sh', ['-c', enter(around), 'sh', 'sleep', '60'], { stdio: 'ignore' });
    await expect.poll(() => around.read('cgroup.procs')).toBe(`${child.pid}\n`);
    const line = await planIn(own);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(line).toMatch(/unsupported .*(?:no internal processes|does not have the controller pids)/);
  });

  it('of an ordinary user may be managed by systemd --user: then it has only what is enabled there', async () => {
    await using given = offering('sb-test-manager');
    const slice = offering('slice', given.path);
    const own = new TestCgroup('main', slice.path);
    await runProgram('/bin/sh', ['-c', `chown -R ${nobody.uid} ${given.path}`]);
    const plan = async () =>
      (await planIn(own, { before: asNobody, user: [] })).replace(
        /^unsupported .*could leave its cgroup.*/,
        'enforced',
      );
    // The administrator has given it away: nobody else changes it.
    expect(await plan()).toMatch(enforced);
    await mark(given, '1');
    expect(await plan()).toMatch(
      hasPids ? /unsupported .*systemd --user, which has that cgroup, could disable it/ : enforced,
    );
    if (hasPids) slice.write('cgroup.subtree_control', '+pids');
    expect(await plan()).toMatch(enforced);
  });

  it('is missing at the root of a cgroup namespace, as in a container, and made beside a leaf', async () => {
    await using container = offering('sb-test-container');
    const moved = /unsupported .*it is the root of its cgroup namespace, as in a container\. Move each process/;
    expect(await planIn(container, { before: inNamespace('rw') })).toMatch(moved);
    const fixed = /unsupported .*as in a container\. cgroup v2 cannot be changed here\. .*docker run --memory/;
    expect(await planIn(container, { before: inNamespace('ro') })).toMatch(fixed);
    // What the message advises.
    const leaf = 'mkdir -p /sys/fs/cgroup/init && echo 0 >/sys/fs/cgroup/init/cgroup.procs && exec "$@"';
    expect(await planIn(container, { before: inNamespace('rw', leaf) })).toMatch(enforced);
    const run = await runIn(container, [
      ...inNamespace('rw', leaf),
      ...sandbox,
      ...optional,
      ...other,
      '--',
      'grep',
      '^0::',
      '/proc/self/cgroup',
    ]);
    expect([run.status, run.stderr]).toEqual([0, '']);
    if (hasPids) expect(run.stdout).toMatch(/^0::\/sb-(?:run|stay)-[0-9a-f]{12}\n$/);
    // Control: without a namespace the one above is somebody's.
    const inLeaf = new TestCgroup('beside', container.path);
    expect(await planIn(inLeaf)).toMatch(/is not delegated/);
  });
});

describe.skipIf(missing('root', 'linux'))('a limit that is required and missing', () => {
  it('refuses the command, but not what is only shown', async () => {
    await using around = new TestCgroup(`sb-test-shown-${process.pid}`);
    const own = new TestCgroup('main', around.path);
    const show = async (...options: readonly string[]) =>
      await runIn(own, [...sandbox, ...other, ...options, ...command]);
    const refused = expect.stringMatching(
      /limit for pids of the cgroup cannot be enforced: .* is not delegated/,
    ) as string;
    expect(await show()).toMatchObject({ status: 125, stdout: '', stderr: refused });
    // As the command would end.
    const plan = await show('--dry-run');
    expect(plan).toMatchObject({ status: 125, stderr: refused });
    expect(plan.stdout).toMatch(
      /^unsupported +process\.cgroup\.pids .*is not delegated[^]*^in force: partial\nwould not run: \/bin\/true\n$/m,
    );
    const words = await show('--explain');
    expect(words).toMatchObject({ status: 0, stderr: '' });
    expect(words.stdout).toMatch(
      /^missing +process\.cgroup\.pids: .*^refused +a program would not run here: process\.cgroup\.pids is required\./ms,
    );
    expect((await show('--explain', ...optional)).stdout).not.toMatch(/^refused/m);
    const answer = await show('--why', 'read /etc/hosts');
    expect(answer).toMatchObject({ status: 0, stdout: expect.stringMatching(/^allowed: read/) as string });
    expect(answer.stderr).toMatch(/^sb-run: the command would not run here: .* is not delegated/);
    expect(await show('--why', 'write /etc/hosts', ...optional)).toMatchObject({
      status: hasLandlock ? 1 : 0,
      stderr: '',
    });
  });
});
