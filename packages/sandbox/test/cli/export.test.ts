/* sb-run --export, as the programs that read it see it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';

import { compare, fromOci } from '@sb/seccomp/analysis';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SeccompOptions } from '@sb/seccomp';

import { layerPolicies } from '../../src/plan/layers.js';
import { createSandbox, definePolicy, type ExportTarget, type SandboxOptions } from '../../src/index.js';
import { sbRun } from '../sb-run.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Whatever has a place in an export, with what a shell and a unit take for something else. */
const full: SandboxOptions = {
  user: 65_534,
  groups: [7, 8],
  caps: { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] },
  landlock: { preset: 'none', paths: [{ rx: '/usr' }, { ro: '/etc' }, { rw: '/var/tmp' }], net: { connectTcp: [443] } },
  cgroup: { memory: 2 ** 29, pids: 50, cpu: 150 },
  rlimits: { nofile: 64, as: 'unlimited', cpu: 60 },
  env: { A: 'b c', Q: `it's "$HOME" --x 100% \\ $(id)` },
  cwd: '/usr',
  umask: 0o27,
};
const command = ['/bin/echo', 'a b', "it's", '$HOME', '100%'];
/** The filter of a sandbox, with what a runtime does to calls of other tables. */
function filterOf(options: SandboxOptions): SeccompOptions {
  const { seccomp } = layerPolicies(definePolicy(options));
  if (seccomp === undefined) throw new Error('the sandbox lacks a filter');
  return { ...seccomp, foreign: 'kill-thread', x32: 'kill-thread' };
}
const features = async (target: ExportTarget, options: SandboxOptions) =>
  (await createSandbox(options).export(target)).missing.map(({ feature }) => feature);

describe.skipIf(missing('linux', 'root'))('sb-run --export', () => {
  it('prints the export, and what the engine does not enforce on standard error', async () => {
    const { status, stdout, stderr } = await sbRun(['--connect-tcp', '443', '--export', 'oci']);
    expect(JSON.parse(stdout)).toMatchObject({ process: { noNewPrivileges: true } });
    expect(stderr).toMatch(
      /^sb-run: oci does not enforce .*landlock\.net\.connect_tcp: a container has no rule for a port\.$/m,
    );
    expect(stderr).toMatch(/sb-exec FILE -- COMMAND/);
    // Something is missing that the policy requires.
    expect(status).toBe(1);
  });

  it('ends with 0 where only what is preferred is missing', async () => {
    const words = ['--connect-tcp', '443', '--prefer', 'landlock', '--prefer', 'seccomp', '--export', 'oci'];
    const { status, stderr } = await sbRun(words);
    expect(stderr).toMatch(/does not enforce landlock/);
    expect(status).toBe(0);
    expect(await sbRun(['--off', 'landlock', '--seccomp', 'off', '--export', 'oci'])).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('refuses another engine', async () => {
    expect(await sbRun(['--export', 'chroot'])).toMatchObject({ status: 125, stdout: '' });
  });

  it('runs nothing', async () => {
    const made = folder.file('made');
    await sbRun(['--rw', folder.path, '--export', 'systemd', '--', '/usr/bin/touch', made]);
    expect(() => readFileSync(made)).toThrow('ENOENT');
  });
});

describe.skipIf(missing('linux'))('the limits of a cgroup', () => {
  const policy: SandboxOptions = { cgroup: { memory: 2 ** 29, pids: 50, cpu: 150 } };
  it.each<[ExportTarget, readonly string[]]>([
    ['systemd', ['MemoryMax=536870912\n', 'MemorySwapMax=0\n', 'TasksMax=50\n', 'CPUQuota=150%\n']],
    ['docker', ['--memory 536870912 ', '--memory-swap 536870912 ', '--pids-limit 50 ', '--cpus 1.5 ']],
    ['oci', ['"limit": 536870912', '"swap": 536870912', '"limit": 50', '"quota": 150000', '"period": 100000']],
    ['kubernetes', ['"memory": "536870912"', '"cpu": "1500m"']],
  ])('are in the export for %s', async (target, parts) => {
    const { text, missing: gaps } = await createSandbox(policy).export(target);
    for (const part of parts) expect(text).toContain(part);
    const found = gaps.filter(({ feature }) => feature.startsWith('process.cgroup'));
    expect(found.map(({ feature }) => feature)).toEqual(target === 'kubernetes' ? ['process.cgroup.pids'] : []);
    expect((await createSandbox({}).export(target)).text).not.toMatch(/memory|pids-limit|TasksMax|"cpu"/i);
  });

  it('are named where bubblewrap has none', async () => {
    const gaps = await features('bwrap', policy);
    expect(gaps).toEqual(
      expect.arrayContaining(['process.cgroup.memory', 'process.cgroup.pids', 'process.cgroup.cpu']),
    );
  });
});

describe.skipIf(missing('linux', 'root', 'systemdAnalyze'))('a unit', () => {
  it.each([
    ['full', full],
    ['the default', {}],
    ['a project', { profile: 'project' } as const],
  ])('is one that systemd takes: %s', async (_, options) => {
    const { text } = await createSandbox(options).export('systemd', command);
    const unit = folder.file('exported.service');
    writeFileSync(unit, text);
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    // Names that are newer than its libseccomp stay denied, since other calls are.
    const complaints = stderr
      .split('\n')
      .filter((line) => line.includes(unit) && !/System call \w+ is not known/.test(line));
    expect(complaints).toEqual([]);
    expect(status).toBe(0);
  });

  it('has what the sandbox has', async () => {
    const { text } = await createSandbox(full).export('systemd', command);
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'User=65534',
        'Group=65534',
        'SupplementaryGroups=7 8',
        'NoNewPrivileges=yes',
        'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
        'AmbientCapabilities=CAP_NET_BIND_SERVICE',
        'RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX',
        'RestrictNamespaces=yes',
        'SystemCallArchitectures=native',
        'BindPaths=/var/tmp',
        'BindReadOnlyPaths=/usr',
        'TemporaryFileSystem=/:ro,noexec /run:ro,noexec',
        'NoExecPaths=/etc',
        'NoExecPaths=/var/tmp',
        'ExecPaths=/usr',
        'LimitNOFILE=64',
        'LimitAS=infinity',
        'LimitCORE=0',
        'Environment="A=b c"',
        'WorkingDirectory=/usr',
        'UMask=0027',
        `ExecStart=/bin/echo "a b" "it's" "$$HOME" 100%%`,
      ]),
    );
    expect(lines).not.toContain('ExecPaths=/var/tmp');
    // systemd 257 then leaves out the empty root beneath the mounts.
    expect(lines).not.toContain('NoExecPaths=/');
    expect(await features('systemd', full)).toContain('landlock.net.connect_tcp');
  });
});

describe.skipIf(missing('linux', 'root'))('a script for Docker', () => {
  it('calls the engine with the options and the profile, also if a shell gives their words a meaning', async () => {
    const { text } = await createSandbox(full).export('docker', command);
    const [script, engine] = [folder.file('run.sh'), folder.file('engine')];
    writeFileSync(script, text);
    // Prints its arguments, one a line, and keeps the profile.
    writeFileSync(
      engine,
      `#!/bin/sh\nfor one; do case $one in seccomp=*) cp "\${one#seccomp=}" ${folder.file('profile')};; esac; done\nprintf '%s\\n' "$@"\n`,
    );
    chmodSync(engine, 0o755);
    const { status, stdout } = spawnSync('sh', [script, 'an-image', 'more'], {
      encoding: 'utf8',
      env: { ...process.env, ENGINE: engine },
    });
    expect(status).toBe(0);
    const words = stdout.trimEnd().split('\n');
    expect(words.slice(words.indexOf('an-image'))).toEqual(['an-image', ...command, 'more']);
    for (const pair of [
      ['--user', '65534:65534'],
      ['--group-add', '7'],
      ['--cap-drop', 'ALL'],
      ['--cap-add', 'CAP_NET_BIND_SERVICE'],
      ['--ulimit', 'nofile=64'],
      ['--env', 'A=b c'],
      ['--env', `Q=${full.env?.['Q']}`],
      ['--workdir', '/usr'],
      ['--security-opt', 'no-new-privileges'],
    ])
      expect(words.join('\n')).toContain(pair.join('\n'));
    const profile = fromOci(readFileSync(folder.file('profile'), 'utf8'), { runtime: 'crun' });
    expect(compare(profile.policy, filterOf(full))).toMatchObject({ relation: 'equal' });
  });

  it('says what has no option', async () => {
    expect(await features('docker', full)).toEqual(
      expect.arrayContaining(['process.umask', 'process.rlimit.as', 'process.environment', 'landlock.net.connect_tcp']),
    );
    expect(await features('docker', { landlock: 'off', seccomp: 'off' })).toEqual([]);
  });
});

describe.skipIf(missing('linux', 'root'))('objects of Kubernetes', () => {
  it('are a profile and a pod under it', async () => {
    const { text } = await createSandbox({ ...full, env: { A: '$(HOME)' } }).export('kubernetes', command);
    const { items } = JSON.parse(text) as { items: readonly [Record<string, object>, Record<string, object>] };
    const [profile, pod] = items;
    expect(profile).toMatchObject({ kind: 'SeccompProfile', metadata: { name: 'sandbox' } });
    expect(pod).toMatchObject({
      kind: 'Pod',
      spec: {
        securityContext: { supplementalGroups: [7, 8] },
        containers: [
          {
            command: ['/bin/echo', 'a b', "it's", '$HOME', '100%'],
            env: [{ name: 'A', value: '$$(HOME)' }],
            workingDir: '/usr',
            securityContext: {
              allowPrivilegeEscalation: false,
              runAsUser: 65_534,
              runAsGroup: 65_534,
              runAsNonRoot: true,
              capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
              seccompProfile: { type: 'Localhost', localhostProfile: 'operator/sandbox.json' },
            },
          },
        ],
      },
    });
    const seccomp = fromOci(JSON.stringify({ ...profile['spec'], defaultErrnoRet: 38 }), { runtime: 'crun' });
    expect(compare(seccomp.policy, filterOf(full))).toMatchObject({ relation: 'equal' });
    expect(await features('kubernetes', full)).toEqual(
      expect.arrayContaining([
        'process.rlimit.nofile',
        'process.umask',
        'seccomp.filter.unknown',
        'landlock.fs.read_file',
      ]),
    );
  });
});

describe.skipIf(missing('linux', 'root', 'bwrap'))('a script for bubblewrap', () => {
  it('gives the command its words, variables, umask, directory and limits', async () => {
    const { user: _user, groups: _groups, ...rest } = full;
    const words = [
      '/bin/sh',
      '-c',
      'printf "%s|" "$@" "$Q" "$PWD" "$(umask)" "$(ulimit -n)"',
      'sh',
      ...command.slice(1),
    ];
    const { text } = await createSandbox({ ...rest, landlock: { preset: 'read-only' } }).export('bwrap', words);
    const script = folder.file('run.sh');
    writeFileSync(script, text);
    const { status, stdout, stderr } = spawnSync('sh', [script, 'more'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('|')).toEqual([
      'a b',
      "it's",
      '$HOME',
      '100%',
      'more',
      full.env?.['Q'],
      '/usr',
      '0027',
      '64',
      '',
    ]);
  });
});
