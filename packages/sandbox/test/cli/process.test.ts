import { closeSync, openSync, writeFileSync } from 'node:fs';

import { type Attempt, missing, temporaryFolder } from '@sb/test-kit';
import { syscallNumber } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { answers, says, sbRun } from '../sb-run.js';

const machine = process.arch === 'x64' ? 'x86_64' : 'aarch64';
const call = (name: string, ...args: readonly number[]): Attempt => [
  'syscall',
  syscallNumber(name, machine) ?? Number.NaN,
  ...args,
];
const nobody = { uid: 65_534, gid: 65_534 } as const;

describe.skipIf(missing('root'))('sb-run: who the command is', () => {
  const ids = 'echo $(id -u) $(id -g) $(id -G)';
  it.each([
    [[], '0 0 0'],
    [['--user', 'nobody'], '65534 65534 65534'],
    [['--user', '65534'], '65534 65534 65534'],
    [['--user', 'nobody:daemon'], '65534 1 1'],
    [['--user', 'nobody:1'], '65534 1 1'],
    [['--user', 'nobody', '--groups', 'none'], '65534 65534 65534'],
    [['--user', 'nobody', '--groups', 'initgroups'], '65534 65534 65534'],
    [['--user', 'nobody', '--groups', 'daemon,2'], '65534 65534 65534 1 2'],
  ] as const)('%j', async (options, expected) => {
    expect(await says(options, ids)).toBe(expected);
  });

  // CAP_NET_BIND_SERVICE and CAP_CHOWN.
  const has: readonly Attempt[] = [
    ['has-effective', 10],
    ['has-effective', 0],
  ];
  it.each([
    [[], ['EPERM', 'EPERM']],
    [
      ['--caps', 'none'],
      ['EPERM', 'EPERM'],
    ],
    [
      ['--caps', 'off'],
      ['OK', 'OK'],
    ],
    [
      ['--caps', 'cap_net_bind_service'],
      ['OK', 'EPERM'],
    ],
    [
      ['--caps', 'cap_net_bind_service', '--user', 'nobody'],
      ['OK', 'EPERM'],
    ],
    [
      ['--caps', 'cap_chown,cap_net_bind_service'],
      ['OK', 'OK'],
    ],
  ] as const)('%j', async (options, expected) => {
    const seen = await answers(options, has);
    expect(seen.map((one) => (one === 'OK' ? one : 'EPERM'))).toEqual(expected);
  });
});

describe('sb-run: system calls', () => {
  // EXFULL can't come of these calls by nature.
  const filter = {
    base: 'deny-dangerous',
    rules: [{ syscall: 'getpgid', action: { action: 'errno', errno: 'EXFULL' } }],
  };
  const calls = [call('personality', 0xffff_ffff), call('getpgid', 0)];
  it.each([
    [[], ['EPERM', 'OK']],
    [
      ['--seccomp', 'deny-dangerous'],
      ['EPERM', 'OK'],
    ],
    [
      ['--seccomp', 'allow-all'],
      ['OK', 'OK'],
    ],
    [
      ['--seccomp', 'off'],
      ['OK', 'OK'],
    ],
    [
      ['--deny', 'getpgid'],
      ['EPERM', 'EPERM'],
    ],
    [
      ['--deny', 'getpgid,getpid'],
      ['EPERM', 'EPERM'],
    ],
    [
      ['--allow', 'personality'],
      ['OK', 'OK'],
    ],
    [
      ['--allow', 'personality', '--deny', 'getpgid'],
      ['OK', 'EPERM'],
    ],
    [
      ['--seccomp', 'allow-all', '--deny', 'personality'],
      ['EPERM', 'OK'],
    ],
    [
      ['--seccomp', 'FILE'],
      ['EPERM', 'EXFULL'],
    ],
    [
      ['--seccomp', 'FILE', '--allow', 'personality'],
      ['OK', 'EXFULL'],
    ],
  ] as const)('%j', async (options, expected) => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('filter.json'), JSON.stringify(filter));
    const words = options.map((word) => (word === 'FILE' ? folder.file('filter.json') : word));
    expect(await answers(words, calls)).toEqual(expected);
  });
});

describe('sb-run: limits, environment, place', () => {
  it.each([
    [[], 'ulimit -c', '0'],
    [['--rlimit', 'nofile=64'], 'ulimit -n; ulimit -Hn', '64\n64'],
    [['--rlimit', 'nofile=64', '--rlimit', 'cpu=60'], 'ulimit -n; ulimit -t', '64\n60'],
    [['--rlimit', 'core=unlimited'], 'ulimit -Hc', 'unlimited'],
    [['--cwd', '/usr'], 'pwd', '/usr'],
    [['--umask', '027'], 'umask', '0027'],
    [['--umask', '077'], 'umask', '0077'],
  ] as const)('%j %s', async (options, line, expected) => {
    expect(await says(options, line)).toBe(expected);
  });

  const ours = { PATH: '/usr/bin', HOME: '/elsewhere', TOKEN: 'secret', LD_PRELOAD: '', LANG: 'C', GIVEN: 'a=b' };
  it.each([
    [[], {}],
    [['--env', 'GIVEN'], { GIVEN: 'a=b' }],
    [['--env', 'OTHER=c=d', '--env', 'EMPTY='], { OTHER: 'c=d', EMPTY: '' }],
    [['--env', 'HOME=/tmp'], { HOME: '/tmp' }],
  ] as const)('has an exact environment, and %j', async (options, added) => {
    const { stdout } = await sbRun([...options, '--', 'env'], { env: ours });
    const lines = stdout.trimEnd().split('\n');
    const seen = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line]));
    expect(Object.keys(seen).sort()).toEqual(
      [...new Set(['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'USER', ...Object.keys(added)])].sort(),
    );
    // The caller's own, by which his programs are found.
    for (const [name, value] of Object.entries({ PATH: '/usr/bin', HOME: '/elsewhere', ...added }))
      expect(seen[name]).toBe(`${name}=${value}`);
  });

  it.skipIf(missing('root'))('has the environment of the user that it becomes', async () => {
    const line = 'echo $USER $HOME $ADDED';
    expect(await says(['--user', 'nobody', '--env', 'ADDED=1'], line)).toBe('nobody /nonexistent 1');
  });

  it('--keep-fd keeps a descriptor, and every other is closed', async () => {
    const descriptors = [openSync('/etc/passwd', 'r'), openSync('/etc/group', 'r')];
    try {
      const has: readonly Attempt[] = [
        ['has-descriptor', 3],
        ['has-descriptor', 4],
      ];
      expect(await answers([], has, { descriptors })).toEqual(['EBADF', 'EBADF']);
      expect(await answers(['--keep-fd', '4'], has, { descriptors })).toEqual(['EBADF', 'OK']);
      expect(await answers(['--keep-fd', '3,4'], has, { descriptors })).toEqual(['OK', 'OK']);
    } finally {
      for (const descriptor of descriptors) closeSync(descriptor);
    }
  });

  it("refuses to keep what isn't open or is Node's own", async () => {
    const unopened = await sbRun(['--keep-fd', '900', '--', 'true']);
    expect(unopened).toMatchObject({ status: 125, stderr: expect.stringMatching(/descriptor 900 is not open/) });
    for (const own of ['3', '4', '5']) {
      const { status, stderr } = await sbRun(['--keep-fd', own, '--', 'true']);
      expect(status).toBe(125);
      expect(stderr).toMatch(`descriptor ${own} belongs to Node`);
    }
  });

  it("refuses that of a policy file, too: the command could write to Node's own pipes", async () => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    for (const [descriptor, reason] of [
      [900, /descriptor 900 is not open/],
      [5, /descriptor 5 belongs to Node/],
    ] as const) {
      writeFileSync(file, JSON.stringify({ keepDescriptors: [descriptor] }));
      const { status, stderr, stdout } = await sbRun(['--policy', file, '--', 'echo', 'ran']);
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
      expect(stderr).toMatch(reason);
    }
    writeFileSync(file, JSON.stringify({ keepDescriptors: [3] }));
    const given = openSync('/etc/passwd', 'r');
    try {
      expect(await answers(['--policy', file], [['has-descriptor', 3]], { descriptors: [given] })).toEqual(['OK']);
    } finally {
      closeSync(given);
    }
  });

  it('gives a separate session, unless --no-new-session', async () => {
    const line = 'echo $$; cut -d" " -f6 /proc/$$/stat';
    const [pid, session] = (await says([], line)).split('\n');
    expect(session).toBe(pid);
    const [other, shared] = (await says(['--no-new-session'], line)).split('\n');
    expect(shared).not.toBe(other);
  });
});

describe.skipIf(missing('root'))('sb-run: levels', () => {
  const toDaemon = ['--user', 'daemon', '--report'];
  it('runs nothing where a required layer is missing, and says which', async () => {
    const { status, stdout, stderr } = await sbRun([...toDaemon, '--', 'echo', 'ran'], nobody);
    expect(status).toBe(125);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^sb-run: privdrop, step .*root/m);
  });

  it('--prefer runs with the available layers, and reports the rest', async () => {
    const { status, stdout, stderr } = await sbRun(['--prefer', 'privdrop', ...toDaemon, '--', 'id', '-u'], nobody);
    expect(stdout).toBe('65534\n');
    expect(status).toBe(0);
    const report = JSON.parse(stderr) as { status: string; features: readonly unknown[] };
    expect(report.status).toBe('partial');
    expect(report.features).toContainEqual(expect.objectContaining({ feature: 'user', state: 'unsupported' }));
  });

  it('--require insists on what is only preferred', async () => {
    expect(await sbRun(['--', 'true'], nobody)).toMatchObject({ status: 0, stderr: '' });
    const strict = await sbRun(['--require', 'caps.bounding,caps.securebits', '--', 'true'], nobody);
    expect(strict).toMatchObject({ status: 125, stderr: expect.stringMatching(/^sb-run: caps, step/) });
  });

  it('--off leaves a layer out', async () => {
    expect(await answers(['--off', 'seccomp'], [call('personality', 0xffff_ffff)])).toEqual(['OK']);
  });
});
