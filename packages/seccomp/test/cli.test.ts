/* The command sb-seccomp, as it is built. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, offersIn, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { help } from '../src/cli/help.js';
import { commandNames, options } from '../src/cli/options.js';
import { compileFor } from '../src/compiler/compile.js';
import { policy } from '../src/index.js';

const program = fileURLToPath(new URL('../dist/sb-seccomp.js', import.meta.url));
const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

async function run(
  ...args: readonly string[]
): Promise<{ readonly status: number | null; readonly out: string; readonly err: string }> {
  const { status, stdout, stderr } = await runProgram(process.execPath, [program, ...args]);
  return { status, out: stdout, err: stderr };
}

function file(name: string, content: string | Uint8Array): string {
  const path = folder.file(name);
  writeFileSync(path, content);
  return path;
}

const aProfile = file('oci.json', '{"defaultAction":"SCMP_ACT_ERRNO"}');
const aUnit = file('some.service', '# one\n[Unit]\nDescription=x\n');
const aPolicy = file('open.json', '{"base":"allow-all"}');
const yaml = file('profile.yaml', 'apiVersion: security-profiles-operator.x-k8s.io/v1beta1\nkind: SeccompProfile\n');

describe('sb-seccomp', () => {
  it('has every command and option in its help, which fits a screen', () => {
    for (const name of commandNames) expect(help).toContain(`\n ${name} `);
    for (const name of Object.keys(options)) expect(help).toContain(`--${name}`);
    const lines = help.split('\n');
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('compares a policy with a preset, names calls on either side, and exits with 1', async () => {
    const mine = file('mine.json', '{"base":"network-client","deny":["connect"],"allow":["ptrace"]}');
    const { status, out } = await run('compare', mine, 'network-client');
    expect(status).toBe(1);
    expect(out).toContain('overlap: each lets calls through that the other does not\n');
    expect(out).toContain('only in the first: ptrace\n');
    expect(out).toContain('only in the second: connect\n');
    expect((await run('compare', mine, 'network-client', '--expect', 'overlap')).status).toBe(0);
    expect((await run('compare', 'network-client', 'network-client')).status).toBe(0);
  });

  it('compares the bytes of a program, and prints JSON', async () => {
    const made = policy({ base: 'network-client', architectures: ['aarch64'] });
    const bytes = file('filter.bpf', compileFor(made, 'aarch64').bytes);
    const { out } = await run('compare', bytes, 'deny-dangerous', '--machine', 'aarch64', '--json');
    expect(JSON.parse(out)).toMatchObject({
      relation: 'overlap',
      machines: ['aarch64'],
      onlyA: { syscall: 'clone', args: ['0x18000', '0x0', '0x0', '0x0', '0x0', '0x0'] },
    });
    const listing = await run('disasm', bytes);
    expect(listing.out).toContain('    0  load  A = [4]\n    1  jeq   0xc00000b7 ? 3 : 2\n    2  ret   kill-process\n');
  });

  it('simulates a call, and reports by its status whether it is let through', async () => {
    expect(await run('simulate', 'deny-dangerous', 'ioctl', '0', '0x5412')).toEqual({
      status: 1,
      out: 'errno EPERM: deny-dangerous rule 0\n',
      err: '',
    });
    expect((await run('simulate', 'deny-dangerous', 'read', '--arch', 'riscv64')).status).toBe(0);
  });

  it('lints and explains', async () => {
    const bad = file('bad.json', '{"base":"deny-dangerous","allow":["clone3"]}');
    expect(await run('lint', bad)).toMatchObject({
      status: 1,
      out: expect.stringContaining('error clone3-bypass at allow'),
    });
    expect(await run('lint', 'network-client')).toEqual({ status: 0, out: '', err: '' });
    expect((await run('explain', 'allow-all')).out).toContain('x86_64 (x86_64): 9 instructions');
  });

  it.skipIf(missing('root', 'linux'))('opens nothing by what another process has, as root', async () => {
    const own = file('own.json', '{"base":"allow-all"}');
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(other, 'spawn');
    const { status, err } = await run('explain', `/proc/${other.pid}/root${own}`);
    expect([status, err]).toEqual([2, expect.stringContaining('leads through a link of another process')]);
    other.kill('SIGKILL');
    expect((await run('explain', own)).status).toBe(0);
  });

  it.each<[what: string, args: readonly string[], says: string]>([
    ['no command', [], 'the command is missing'],
    ['another command', ['compair', 'a', 'b'], 'Did you mean compare?'],
    ['one filter', ['compare', 'allow-all'], 'compare got 1 argument. Write it as "compare FILTER FILTER"'],
    ['an option of another command', ['lint', 'allow-all', '--arch', 'i386'], 'lint has no option --arch'],
    ['a file that is not there', ['lint', '/nonexistent/policy.json'], 'does not exist. Name an existing file'],
    ['a name that is almost a preset', ['lint', 'deny-dangerus'], 'Did you mean the preset deny-dangerous?'],
    ['a folder', ['lint', '/'], '/ is a directory. Name a file'],
    ['a descriptor that is not there', ['lint', '/dev/fd/77'], '/dev/fd/77 does not exist'],
    ['another word for a command', ['show'], 'Use one of: explain, simulate, lint, compare, import, export, disasm'],
    [
      'a profile as a policy',
      ['lint', aProfile],
      'is a profile of a container. Import it first: sb-seccomp import oci',
    ],
    [
      'a unit as a policy',
      ['compare', 'allow-all', aUnit],
      'is a unit of systemd. Import it first: sb-seccomp import systemd',
    ],
    [
      'a policy as a profile',
      ['import', 'oci', aPolicy],
      'base is a key of a policy, and a profile has none. Use the policy as it is',
    ],
    ['a policy as a unit', ['import', 'systemd', aPolicy], 'Write a setting such as SystemCallFilter=@system-service'],
    ['a policy as a program', ['import', 'bpf', aPolicy], 'is a policy already'],
    [
      'an empty file',
      ['explain', file('empty.json', '')],
      'is empty. Write a policy, such as {"base":"deny-dangerous"}',
    ],
    [
      'text',
      ['explain', file('text', 'deny all of it')],
      'is text, and not a policy in JSON. A policy is an object in JSON',
    ],
    [
      'a comma too many',
      ['lint', file('comma.json', '{\n"base":"allow-all",}')],
      'Look in line 2, column 20, for a missing quote',
    ],
    [
      'bytes that are not a program',
      ['disasm', file('odd.bpf', new Uint8Array(12))],
      'odd.bpf: the program has 12 bytes',
    ],
    [
      'a program as a policy',
      ['lint', file('ret.bpf', new Uint8Array([6, 0, 0, 0, 0, 0, 255, 127]))],
      'Make one of it: sb-seccomp import bpf',
    ],
    ['a negative argument', ['simulate', 'allow-all', 'read', '-1'], 'unknown option -1. Write -1 as 0xffffffff'],
    [
      'a format of a whole sandbox',
      ['export', 'docker', 'allow-all'],
      'sb-run --export also writes kubernetes, docker',
    ],
    ['YAML', ['import', 'oci', yaml], 'is YAML, and profiles are read as JSON. Convert it: "kubectl get'],
    ['a program as an export', ['export', 'bpf', 'allow-all'], 'compile(policy).programs'],
    ['capabilities that are none', ['import', 'oci', yaml, '--caps', 'SYS_ADMIN'], 'Write none, or CAP_CHOWN,CAP_KILL'],
    ['an unknown relation', ['compare', 'allow-all', 'allow-all', '--expect', 'same'], 'equal, alike, subset'],
    ['another format', ['import', 'apparmor', 'x'], 'unknown format apparmor'],
    ['a unit that says nothing of calls', ['import', 'systemd', '/dev/null'], '/dev/null is not a file'],
    ['a call that there is none of', ['simulate', 'allow-all', 'opne'], 'x86_64 has no call "opne"'],
    ['an argument that is no number', ['simulate', 'allow-all', 'read', 'x'], '"x" is not a number'],
  ])('exits with 2 for %s', async (_what, args, says) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(says);
    expect(err).toMatch(/^sb-seccomp: .+[.?]\n$/);
  });

  it('names the place of a mistake in a policy', async () => {
    const wrong = file(
      'wrong.json',
      '{"base":"allow-all","rules":[{"syscall":"read","when":[{"arg":9}],"action":"allow"}]}',
    );
    expect((await run('lint', wrong)).err).toContain('wrong.json: rules[0].when[0]');
  });

  it('imports a unit and exports it again, and says what differs', async () => {
    const unit = file(
      'a.service',
      '[Service]\nSystemCallArchitectures=native\nSystemCallFilter=~mount:EACCES ptrace\n',
    );
    const { status, out, err } = await run('import', 'systemd', unit);
    expect([status, err]).toEqual([0, '']);
    const policyFile = file('unit.json', out);
    expect((await run('simulate', policyFile, 'mount')).out).toMatch(/^errno EACCES/);
    expect((await run('simulate', policyFile, 'ptrace')).out).toMatch(/^kill-process/);
    const more = file('c.service', 'SystemCallFilter=~mount nothing @none\nLockPersonality=yes\nProtectClock=yes\n');
    const { err: notes } = await run('import', 'systemd', more);
    expect(notes).toMatch(/a call of that name: nothing, @none\n/);
    expect(notes).toMatch(/the filters that are loaded for: LockPersonality, ProtectClock\n$/);
    const back = await run('export', 'systemd', policyFile);
    expect(back.err).toMatch(/^sb-seccomp: \(number\): number -1, which names no call, gets the default there\n/);
    expect(back.err).toMatch(/\nsb-seccomp: These are the settings of the filter only: .*sb-exec.*\n$/);
    const again = await run('import', 'systemd', file('b.service', back.out));
    expect((await run('compare', policyFile, file('again.json', again.out))).out).toMatch(/^equal/);
  });

  it('imports and exports a profile of a container, for either runtime', async () => {
    const profile = file(
      'profile.json',
      '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}',
    );
    const crun = await run('import', 'oci', profile, '--runtime', 'crun', '--json');
    expect(JSON.parse(crun.out)).toMatchObject({ policy: { unknown: { errno: 'EPERM' } } });
    expect(JSON.parse((await run('import', 'oci', profile, '--json')).out)).toMatchObject({
      policy: { unknown: { errno: 'ENOSYS' } },
    });
    const { status, out, err } = await run('export', 'oci', 'deny-dangerous');
    expect(JSON.parse(out)).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 });
    expect([status, err]).toEqual([
      1,
      expect.stringContaining('foreign: calls of other architectures kill the thread there'),
    ]);
  });

  it('imports a program, and what it was made of is equal', async () => {
    const made = policy({ base: 'network-client', architectures: ['x86_64'] });
    const bytes = file('program.bpf', compileFor(made, 'x86_64').bytes);
    const { status, out, err } = await run('import', 'bpf', bytes);
    expect([status, err]).toEqual([0, '']);
    expect((await run('compare', file('program.json', out), bytes)).out).toMatch(/^equal/);
  });

  it.skipIf(missing('linux', 'root'))('reads pipes of the shell, for root and for an ordinary user', async () => {
    const [open, shut] = ['allow-all', 'deny-all'].map((base) => JSON.stringify({ base }));
    // The second writer has nothing to say at first.
    const words = `exec "$0" "$1" compare <(echo '${open}') <(sleep 0.3; echo '${shut}')`;
    for (const user of [{}, { uid: 65_534, gid: 65_534 }]) {
      const command = ['-c', words, process.execPath, program];
      const { status, stdout, stderr } = await runProgram('/bin/bash', command, { ...user, env: {} });
      expect([status, stdout.slice(0, 9), stderr]).toEqual([1, 'superset:', '']);
    }
    const long = await runProgram('/bin/bash', [
      '-c',
      'exec "$0" "$1" lint <(cat /dev/zero)',
      process.execPath,
      program,
    ]);
    expect([long.status, long.stderr]).toEqual([2, expect.stringContaining('has more than 4194304 bytes')]);
  });

  it.skipIf(missing('linux', 'root'))(
    'opens no device for root, which may notice it, also through a link',
    async () => {
      const [device, link] = [folder.file('device'), folder.file('device.json')];
      // No driver has this number: opening it fails (ENXIO).
      expect(await runProgram('mknod', [device, 'c', '60', '200'])).toMatchObject({ status: 0 });
      symlinkSync('device', link);
      for (const path of [device, link]) {
        const { status, err } = await run('explain', path);
        expect([status, err]).toEqual([2, expect.stringContaining(`${path} is not a file`)]);
      }
    },
  );

  it('is completed', async () => {
    const { out } = await run('--completion', 'bash');
    const lines = await offersIn('bash', out, ['sb-seccomp', 'com']);
    expect(lines).toContain('compare');
    expect(lines).not.toContain('lint');
  });
});
