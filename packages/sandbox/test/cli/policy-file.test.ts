import { chmodSync, mkdirSync, openSync, writeFileSync } from 'node:fs';

import { type Attempt, missing, someOf, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { answers, says, sbRun } from '../sb-run.js';

describe.skipIf(missing('root', 'landlock7'))('sb-run: a policy file', () => {
  it('is what the options add to', async () => {
    using folder = temporaryFolder();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => folder.file(name)) as [string, string, string];
    for (const path of [a, b, c]) {
      mkdirSync(path);
      chmodSync(path, 0o777);
    }
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ user: 'nobody', landlock: { paths: [{ rw: a }] }, env: { ONLY: '1' } }));
    const creates: readonly Attempt[] = [a, b, c].map((path) => ['create', `${path}/file`]);
    expect(await answers(['--policy', file], creates)).toEqual(['OK', 'EACCES', 'EACCES']);
    expect(await answers(['--policy', file, '--rw', b], creates)).toEqual(['EEXIST', 'OK', 'EACCES']);
    expect(await says(['--policy', file], 'id -u; export')).toMatch(/^65534\nexport ONLY='1'\nexport PWD=[^\n]*$/);
    expect(await says(['--policy', file, '--env', 'MORE=2', '--user', 'daemon'], 'id -u; echo $ONLY $MORE')).toBe(
      '1\n1 2',
    );
  });

  it('loses a level to the command line', async () => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ require: ['caps.bounding', 'caps.securebits'], seccomp: 'allow-all' }));
    const ordinary = { uid: 65_534, gid: 65_534 };
    expect(await sbRun(['--policy', file, '--', 'true'], ordinary)).toMatchObject({ status: 125 });
    const softer = ['--policy', file, '--prefer', 'caps.bounding,caps.securebits', '--', 'true'];
    expect(await sbRun(softer, ordinary)).toMatchObject({ status: 0 });
  });

  it('works without a layer, and the report says that the file asks for it', async () => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ user: 'nobody' }));
    const { status, stdout, stderr } = await sbRun([
      '--policy',
      file,
      '--off',
      'privdrop',
      '--report',
      '--',
      'id',
      '-u',
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0\n' });
    expect(stderr).toContain(
      '{"layer":"privdrop","feature":"user","state":"off","reason":"the policy configures it, but also switches it off"}',
    );
  });

  it('that switches a layer off is not added to in silence', async () => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ landlock: 'off', seccomp: 'off' }));
    for (const [options, word] of [
      [['--rw', '/tmp'], 'landlock'],
      [['--deny', 'getpid'], 'filter'],
    ] as const) {
      const { status, stderr } = await sbRun(['--policy', file, ...options, '--', 'true']);
      expect(status).toBe(125);
      expect(stderr).toMatch(word);
    }
  });
});

describe('sb-run: files that are at fault', () => {
  it.each([
    ['', /FILE is not JSON: .*\. Correct the file\./],
    ['{"user": ', /FILE is not JSON: /],
    ['{"seccomp": "deny-dangerous", "seccomp": "off"}', /FILE has the key "seccomp" twice in one object\./],
    ['[]', /FILE: sandbox: policy is not an object: a list\. .* Nothing was run\./],
    ['{"usr": 1}', /FILE: sandbox: usr is unknown\. Did you mean "user"\? Use: .*user/],
    [
      '{"rlimits": {"nofile": -1}}',
      /FILE: sandbox: rlimits\.nofile is not a limit in the kernel's unit from 0 to \d+ or "unlimited": -1/,
    ],
    ['{"landlock": {"paths": [{"rx": "/"}, {}]}}', /FILE: sandbox: landlock\.paths\[1\] does not name exactly one/],
    [
      '{"landlock": {"scope": ["signals"]}}',
      /FILE: landlock: landlock\.scope\[0\] is not a scope: "signals"\. Did you mean "signal"/,
    ],
    [
      '{"seccomp": {"base": "deny-dangerous", "deny": ["opne"]}}',
      /FILE: seccomp: seccomp\.deny\[0\] is not a system call: "opne"/,
    ],
    [
      '{"caps": {"keep": ["net_raw"]}}',
      /FILE: caps: caps\.keep\[0\] is not a capability: "net_raw"\. Write cap_net_raw/,
    ],
    ['{"require": ["landlok"]}', /FILE: sandbox: require\[0\] names an unknown layer: "landlok"/],
  ])('--policy with %j', async (content, expected) => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, content);
    const { status, stderr } = await sbRun(['--policy', file, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr.replaceAll(file, 'FILE')).toMatch(expected);
  });

  it.each([
    ['{"base": "deny-all", "alow": []}', /FILE: seccomp: alow is unknown\. Did you mean "allow"/],
    ['{"base": "deny-all", "level": "prefer"}', /FILE: level is prefer\. Remove it, and use --prefer seccomp\./],
    ['{"base": "deny-all", "base": "allow-all"}', /FILE has the key "base" twice/],
  ])('--seccomp with %j', async (content, expected) => {
    using folder = temporaryFolder();
    const file = folder.file('filter.json');
    writeFileSync(file, content);
    const { status, stderr } = await sbRun(['--seccomp', file, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr.replaceAll(file, 'FILE')).toMatch(expected);
  });

  const mistakes: readonly (readonly [options: readonly string[], said: RegExp])[] = [
    [['--policy', '/no/such/file'], /cannot read \/no\/such\/file: ENOENT/],
    [['--policy', '/etc'], /cannot read \/etc: EISDIR/],
    [
      ['--seccomp', 'deny-dangeros'],
      /deny-dangeros is neither a preset nor a file\. Did you mean deny-dangerous\? The presets are deny-dangerous, /,
    ],
    [['--seccomp', './deny-dangeros'], /cannot read \S*deny-dangeros: ENOENT/],
    [['--rlimit', 'files=3'], /--rlimit files is unknown\. Use: .*nofile/],
    [['--rlimit', 'nofile'], /has no value/],
    [['--rlimit', 'nofile=many'], /--rlimit nofile=many is not a number/],
    [['--umask', '99'], /not an octal number/],
    [['--connect-tcp', 'http'], /http is not a number/],
    [['--connect-tcp', '65536'], /--connect-tcp 65536 is not a port from 1 to 65535\./],
    [['--connect-tcp', 'any,80'], /leaves no place/],
    [['--connect-tcp', '80', '--connect-tcp', 'none'], /--connect-tcp none leaves no place/],
    [['--scope', 'none,signal'], /none cannot be combined with other values/],
    [['--bind-tcp', '1,,2'], /has an empty part/],
    [['--env', 'NOT_SET_HERE'], /--env NOT_SET_HERE is not set here/],
    [['--env', '=1'], /name/],
    [['--user', ':nobody'], /has an empty part/],
    [['--caps', 'net_raw'], /Write cap_net_raw/],
    [['--deny', '@no-such-group'], /--deny @no-such-group is not a group\./],
    [['--scope', 'signals'], /--scope signals is not a scope\. Did you mean "signal"/],
    [['--fs', 'all'], /--fs must be one of read-only, minimal, none, not "all"/],
    [['--require', 'seccomp', '--off', 'seccomp'], /both name seccomp/],
    [['--off', 'process'], /names process/],
    [['--user', 'nobody', '--off', 'privdrop'], /--off privdrop switches off what --user configures/],
    [['--caps', 'cap_chown', '--off', 'caps'], /--off caps switches off what --caps configures/],
    [['--rw', '/tmp', '--off', 'landlock'], /--off landlock switches off what --rw configures/],
    [['--deny', 'open', '--off', 'seccomp'], /--off seccomp switches off what --deny configures/],
    [['--off', 'landlock.fs', '--fs', 'none'], /--off landlock\.fs switches off what --fs configures/],
    [
      ['--off', 'landlock.fs.read_file', '--ro', '/etc'],
      /--off landlock\.fs\.read_file switches off what --ro configures/,
    ],
    [
      ['--off', 'landlock.net', '--connect-tcp', '443'],
      /--off landlock\.net switches off what --connect-tcp configures/,
    ],
    [['--off', 'landlock.scope', '--scope', 'signal'], /--off landlock\.scope switches off what --scope configures/],
    [['--keep-fd', '2'], /--keep-fd 2 is not a descriptor from 3 to 1023\./],
    [['--completion', 'tcsh'], /--completion must be one of bash, zsh, fish, not "tcsh"/],
  ];

  // One mistake of each option, and in `npm run test:long` all of them.
  it.each(someOf(mistakes, ([[option = '']]) => [option]))('%j', async (options, expected) => {
    const { status, stdout, stderr } = await sbRun([...options, '--', 'echo', 'ran']);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(expected);
  });

  it.each([
    ['privdrop', '--user', '65534'],
    ['seccomp', '--deny', 'mkdir'],
    ['landlock', '--fs', 'minimal'],
    ['landlock.fs', '--ro', '/etc'],
    ['caps', '--caps', 'cap_chown'],
  ])('that ask for what a file switches off: %s, %s', async (layer, option, value) => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('policy.json'), JSON.stringify({ off: [layer] }));
    const run = async (...options: readonly string[]) =>
      await sbRun(['--policy', folder.file('policy.json'), ...options, '--', 'echo', 'ran']);
    expect(await run(option, value)).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining(`the policy file switches off ${layer}, which ${option} configures`) as string,
    });
    // The twin: the file alone.
    expect(await run()).toMatchObject({ status: 0, stdout: 'ran\n' });
  });

  it('that never end are given up', async () => {
    const { status, stderr } = await sbRun(['--policy', '/dev/fd/3', '--', 'true'], {
      descriptors: [openSync('/dev/zero', 'r')],
    });
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: expect.stringMatching(/\/dev\/fd\/3 has more than \d+ bytes/),
    });
  });
});
