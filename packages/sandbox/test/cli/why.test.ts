/* --why answers as the kernel does, and what it says to add is enough. */
import { copyFileSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { type Attempt, freePorts, missing, probePath, stranger, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxAnswer } from '../../src/index.js';
import { answers, sbRun } from '../sb-run.js';

/** The answers to some attempts under some options. */
async function why(options: readonly string[], attempts: readonly string[]): Promise<readonly SandboxAnswer[]> {
  const { stdout, stderr } = await sbRun([...options, ...attempts.flatMap((one) => ['--why', one]), '--json']);
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length !== attempts.length) throw new Error(`${stdout}${stderr}`);
  return lines.map((line) => JSON.parse(line) as SandboxAnswer);
}

/** A folder in which nothing may be written, and what is tried there: what the option asks, and what the probe does. */
function tried(at: (...names: string[]) => string, [open = 0, closed = 0]: readonly number[]) {
  return [
    [`read ${at('file')}`, ['open-read', at('file')]],
    [`read ${at('')}`, ['list', at('')]],
    [`write ${at('file')}`, ['open-write', at('file')]],
    [`make ${at('new')}`, ['create', at('new')]],
    [`make ${at('made/')}`, ['mkdir', at('made')]],
    [`remove ${at('gone')}`, ['unlink', at('gone')]],
    [`remove ${at('empty')}`, ['rmdir', at('empty')]],
    [`rename ${at('one')} ${at('two')}`, ['rename', at('one'), at('two')]],
    [`link ${at('file')} ${at('linked')}`, ['link', at('file'), at('linked')]],
    [`execute ${at('program')}`, ['execute', at('program')]],
    [`bind ${open}`, ['bind-tcp', open]],
    [`bind ${closed}`, ['bind-tcp', closed]],
    ['call unshare', ['syscall', unshare, 0]],
    ['call getppid', ['syscall', getppid]],
  ] as const satisfies readonly (readonly [string, Attempt])[];
}

const [unshare, getppid] = process.arch === 'arm64' ? [97, 173] : [272, 110];

function inhabited() {
  const folder = temporaryFolder();
  for (const name of ['file', 'gone', 'one']) writeFileSync(folder.file(name), 'x');
  copyFileSync(probePath(), folder.file('program'));
  mkdirSync(folder.file('empty'));
  return folder;
}

describe.skipIf(missing('linux', 'landlock7'))('sb-run --why', () => {
  it.each([[[]], [['--fs', 'minimal']], [['--deny', 'openat,mkdirat,unlink,rmdir']]])(
    'answers as the kernel does under %j, and what it adds is enough',
    async (given) => {
      using folder = inhabited();
      const ports = await freePorts(2);
      const options = [...given, '--bind-tcp', String(ports[0])];
      const all = tried((...names) => folder.file(...names), ports);
      const said = await why(
        options,
        all.map(([question]) => question),
      );
      const seen = await answers(
        options,
        all.map(([, attempt]) => attempt),
      );
      expect(said.map(({ allowed, errno }) => (allowed ? 'OK' : errno))).toEqual(seen);
      expect(new Set(said.map(({ allowed }) => allowed))).toEqual(new Set([true, false]));
      const denied = all.flatMap(([question, attempt], index) => {
        const { allowed, add } = said[index] ?? {};
        return allowed === true ? [] : [{ question, attempt, add }];
      });
      // Each in a folder of its own: one that works changes what is there.
      for (const { question, attempt, add } of given[0] === '--deny' ? [] : denied) {
        expect([question, add?.options]).toEqual([question, expect.any(Array)]);
        expect([question, ...(await answers([...options, ...(add?.options ?? [])], [attempt]))]).toEqual([
          question,
          'OK',
        ]);
      }
    },
    60_000,
  );

  it('adds nothing where the policy itself denies a call', async () => {
    const [answer] = await why(['--deny', 'getppid'], ['call getppid']);
    expect(answer).toMatchObject({ allowed: false, layer: 'seccomp', rule: 'deny getppid', errno: 'EPERM' });
    expect(answer?.add).toBeUndefined();
  });

  it.each(['project', 'server', 'none'])('adds the port where %s makes no internet sockets', async (profile) => {
    const [port = 0] = await freePorts(1);
    const rules = ['--profile', profile, '--rx', '/usr', '--rx?', '/lib64', '--rx', dirname(probePath())];
    const [bind, connect] = await why(rules, [`bind ${port}`, `connect ${port}`]);
    expect(bind).toMatchObject({ allowed: false, layer: 'seccomp', errno: 'EAFNOSUPPORT' });
    expect(bind?.add?.options).toEqual(['--bind-tcp', String(port)]);
    expect(connect?.add?.options).toEqual(['--connect-tcp', String(port)]);
    expect(await answers(rules, [['bind-tcp', port]])).toEqual(['EAFNOSUPPORT']);
    expect(await answers([...rules, ...(bind?.add?.options ?? [])], [['bind-tcp', port]])).toEqual(['OK']);
    const refused = await answers([...rules, ...(connect?.add?.options ?? [])], [['connect-tcp', port]]);
    expect(refused).toEqual(['ECONNREFUSED']);
  });

  it('answers also for a filter under which no program would start', async () => {
    const run = await sbRun(['--deny', 'execve,execveat', '--why', 'call getppid']);
    expect(run).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^allowed: call getppid/) as string,
    });
  });

  it('says what a policy needs if no option is enough: to move a file between directories', async () => {
    using folder = inhabited();
    const [from, to] = [folder.file('file'), folder.file('empty', 'file')];
    const [answer] = await why(['--rw', folder.path], [`rename ${from} ${to}`]);
    expect(answer).toMatchObject({ allowed: false, layer: 'landlock', errno: 'EXDEV' });
    expect(answer?.add?.options).toBeUndefined();
    const policy = folder.file('policy.json');
    writeFileSync(policy, JSON.stringify(answer?.add?.policy));
    expect(await answers(['--rw', folder.path], [['rename', from, to]])).toEqual(['EXDEV']);
    expect(await answers(['--policy', policy, '--rw', folder.path], [['rename', from, to]])).toEqual(['OK']);
  });

  it.skipIf(missing('root'))('names the capability that a port below 1024 takes', async () => {
    const options = ['--user', 'nobody', '--bind-tcp', '80'];
    const [answer] = await why(options, ['bind 80']);
    expect(answer).toMatchObject({ allowed: false, layer: 'caps', errno: 'EACCES' });
    expect(answer?.add?.options).toEqual(['--caps', 'cap_net_bind_service']);
  });

  it('ends with 0 where all is allowed, with 1 where something is denied', async () => {
    const allowed = ['--why', 'read /etc/passwd'];
    const denied = ['--why', "write /etc/new's"];
    expect(await sbRun(allowed)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^allowed: read \/etc\/passwd\n/),
    });
    const { status, stdout } = await sbRun([...allowed, ...denied]);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^denied: write \/etc\/new's\n {2}landlock: .*\(EACCES\)\n {2}to allow it, add: --rw \/etc\n/m,
    );
  });

  it.each([
    [['--why', 'wriet /etc'], /"wriet \/etc" is not an attempt/],
    [['--why', 'read'], /--why read needs a path\. Write, for instance: --why "read \/etc\/hosts"/],
    [['--why', 'rename /a'], /takes two paths/],
    [['--why', 'connect 80 81'], /takes one port/],
    [['--why', 'connect 65536'], /--why "connect 65536": 65536 is not a port\. Write a port from 0 to 65535/],
    [
      ['--why', 'call nothing'],
      /--why "call nothing": "nothing" is not a system call of this machine\. Correct its name/,
    ],
    [['--why', 'call ptrace x'], /--why "call ptrace x": x is not a number/],
    [['--why', 'connect x'], /--why "connect x": x is not a port/],
    [['--why', 'remove /nothing-sb/there'], /leads nowhere: ENOENT/],
    [['--json', '--explain'], /--json is a form of the answers to --why[^]* --why "write \/etc\/hosts"\. --report /],
    [['--json', '--', 'true'], /--json is a form of the answers to --why/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr, stdout } = await sbRun(args);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(message);
  });

  it('does not promise a rule that a start may leave out, since its path has a link of a program', async () => {
    using folder = temporaryFolder(0o755);
    mkdirSync(folder.file('proj'));
    symlinkSync('proj', folder.file('link'));
    if (process.getuid?.() === 0) lchownSync(folder.file('link'), stranger.uid, stranger.gid);
    const reason = async (option: string, path: string) =>
      (await why([option, folder.file(path)], [`write ${folder.file('proj/x')}`])).map((one) => one.reason);
    const doubt = `if a program may have put the link ${folder.file('link')} there, and no other rule grants its target`;
    expect(await reason('--rw?', 'link')).toEqual([expect.stringContaining(`${doubt}, a start leaves this rule out`)]);
    expect(await reason('--rw', 'link')).toEqual([expect.stringContaining(`${doubt}, a start is refused`)]);
    // The twin has no link.
    expect(await reason('--rw?', 'proj')).toEqual([expect.stringMatching(/grants [a-z_]+$/)]);
  });

  it('is asked by programs: sandbox.allows()', () => {
    const sandbox = createSandbox({ landlock: { paths: [{ rw: '/tmp' }] } });
    expect(sandbox.allows({ write: '/tmp/new' })).toMatchObject({ allowed: true, layer: 'landlock', rule: '/tmp' });
    expect(sandbox.allows({ call: 'ptrace' })).toMatchObject({ allowed: false, layer: 'seccomp' });
    expect(createSandbox({ landlock: 'off' }).allows({ connect: 1 })).toMatchObject({ allowed: true });
    for (const wrong of [
      {},
      { read: '/a', write: '/b' },
      { rename: '/a' },
      { raed: '/a' },
      { read: undefined },
      null,
    ]) {
      expect(() => sandbox.allows(wrong as never)).toThrow(/^sandbox: (?:question|raed|read) /);
    }
    expect(() => sandbox.allows({ call: 'ptrace', args: [-1] })).toThrow(
      /args\[0\] is not an argument of a system call/,
    );
  });
});
