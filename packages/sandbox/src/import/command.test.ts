/* Command lines of containers as policies, and what was exported back. */
import { compile, policy as filterPolicy, type SeccompOptions } from '@sb/seccomp';
import { compare } from '@sb/seccomp/analysis';
import { describe, expect, it } from 'vitest';

import { toBwrap } from '../export/bwrap.js';
import { toDocker } from '../export/docker.js';
import type { ExportSubject } from '../export/subject.js';
import { layerPolicies } from '../plan/layers.js';
import { definePolicy } from '../policy/define.js';
import type { SandboxOptions, SandboxPolicy } from '../policy/options.js';
import { readBwrap } from './bwrap.js';
import { readDocker } from './docker.js';

const subject = (policy: SandboxPolicy): ExportSubject => ({
  policy,
  layers: layerPolicies(policy),
  command: ['/bin/echo', "it's", '$HOME'],
  machine: 'x86_64',
  links: [{ path: '/bin', target: 'usr/bin' }],
});
const docker = (text: string, profile?: string) => readDocker(text, { machine: 'x86_64', profile });
const bwrap = (text: string, filter?: Uint8Array) => readBwrap(text, { machine: 'x86_64', filter });
interface Note {
  readonly path: string;
  readonly what: string;
}
/** Without the calls that an engine's library does not know yet: the presets deny some. */
const paths = ({ unsaid }: { readonly unsaid: readonly Note[] }) =>
  unsaid.flatMap(({ path, what }) => (what.includes('newer than libseccomp') ? [] : [path]));
const kept = (...names: readonly string[]) => ({ keep: names, ambient: names });

/** A script without its comments, its filter, and what follows from that in the network. */
const bare = (text: string) =>
  text
    .replace(/^#.*\n/gm, '')
    .replace(/<<'END'\n[^]*?\nEND\n/, '')
    .replace(/ *--network none \\\n| --unshare-net \\\n/, '');

/** What both engines have a place for. */
const common: SandboxOptions = {
  caps: { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] },
  rlimits: { nofile: 64, core: 0 },
  env: { A: 'b c', Q: `it's "$HOME" 100% \\ $(id)\nEND\nset -eu`, TWO: 'cat >"$profile" <<\'END\'' },
  cwd: '/usr',
};
const filters: readonly SeccompOptions[] = [
  { base: 'deny-dangerous', architectures: ['x86_64'], foreign: 'kill-thread', x32: 'kill-thread' },
  { base: 'network-client', architectures: ['x86_64'], foreign: 'kill-thread', x32: 'kill-thread' },
];
/** With what the sandbox adds to it. */
const filterOf = (policy: SandboxPolicy): SeccompOptions => layerPolicies(policy).seccomp ?? { base: 'allow-all' };
const withoutFilter = (policy: SandboxPolicy): object => ({ ...policy, seccomp: undefined });

describe('readDocker', () => {
  const own: SandboxOptions = {
    ...common,
    user: { user: 65_534, group: 65_533 },
    groups: [7, 8],
    umask: undefined as never,
  };
  const { umask: _umask, ...given } = own;

  it.each<[string, SandboxOptions]>([
    ['all that it has a place for', { ...given, landlock: 'off', cgroup: { memory: 2 ** 29, pids: 50, cpu: 150 } }],
    ['a read-only image', { user: { user: 1, group: 1 }, caps: 'none', rlimits: {}, landlock: 'read-only' }],
  ])('gives back what a policy was exported with: %s', (_, options) => {
    for (const seccomp of filters) {
      const policy = definePolicy({ ...options, seccomp });
      const { text } = toDocker(subject(policy));
      const { policy: read, unsaid } = docker(text);
      if (options.landlock === 'off') expect(withoutFilter(read)).toEqual(withoutFilter(policy));
      expect(bare(toDocker(subject(read)).text)).toBe(bare(text));
      expect(compare(read.seccomp as SeccompOptions, filterOf(policy))).toMatchObject({ relation: 'equal' });
      expect(paths({ unsaid }).filter((path) => !/^(?:seccomp\.\(number\)|--network|--ipc)$/.test(path))).toEqual([]);
    }
  });

  it('reads a command line, with what an engine gives by itself', () => {
    const { policy, unsaid } = docker(
      'docker run -it --rm -u 1000 -e A=1 -eB=2 -m 512m --cap-drop=NET_RAW --ulimit nofile=1024:4096 --tmpfs /tmp:rw -w /srv debian sh -c "a b"  # done',
    );
    expect(policy).toMatchObject({
      user: { user: 1000, group: 0 },
      env: { A: '1', B: '2' },
      cgroup: { memory: 2 ** 29 },
      rlimits: { nofile: 4096 },
      cwd: '/srv',
      tmp: 'memory',
      landlock: 'off',
      seccomp: 'off',
    });
    const { keep = [] } = policy.caps as { readonly keep?: readonly string[] };
    expect([keep.length, keep.includes('cap_net_raw'), keep.includes('cap_chown')]).toEqual([13, false, true]);
    expect(paths({ unsaid })).toEqual(['--security-opt', '--security-opt seccomp', '--memory-swap', '--ulimit nofile']);
  });

  it('reads a profile that is given, for the capabilities of the container', () => {
    const rules = [{ names: ['bpf'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_BPF'] } }];
    const profile = JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: rules });
    const allowed = (words: string) =>
      (docker(`docker run --security-opt seccomp=p.json ${words} image`, profile).policy.seccomp as SeccompOptions)
        .allow;
    expect([allowed('--cap-add BPF'), allowed('')]).toEqual([['bpf'], []]);
    expect(() => docker('docker run --security-opt seccomp=p.json image')).toThrow(/p\.json.*Give the text as profile/);
  });

  it('says what has no place, and shares what is named alike', () => {
    const read = docker(
      'podman run --read-only --network none --security-opt no-new-privileges --security-opt label=disable --security-opt seccomp=unconfined -v /srv:/srv:ro -v /a:/b --device /dev/kvm --tmpfs /run --pid host --restart always image',
    );
    expect(paths(read)).toEqual([
      '--volume /a:/b',
      '--tmpfs /run',
      '--security-opt label=disable',
      '--network',
      '--device',
      '--pid',
    ]);
    expect(read.policy.landlock).toMatchObject({ preset: 'read-only', paths: [{ rx: '/srv' }] });
  });
});

describe('readBwrap', () => {
  it.each<[string, SandboxOptions]>([
    ['all files', { ...common, landlock: 'off', tmp: 'memory', umask: 0o27 }],
    [
      'paths',
      {
        ...common,
        env: {},
        landlock: { preset: 'none', paths: [{ rx: '/usr' }, { rwx: '/srv', optional: true }, { rx: '/proc' }] },
      },
    ],
    [
      'what is by default',
      { landlock: { preset: 'none', paths: [{ rx: '/usr' }] }, newSession: false, dieWithParent: false },
    ],
  ])('gives back what a policy was exported with: %s', (_, options) => {
    for (const seccomp of filters) {
      const policy = definePolicy({ ...options, newSession: true, dieWithParent: true, ...options, seccomp });
      const { text } = toBwrap(subject(policy));
      const { policy: read } = bwrap(text);
      expect(bare(toBwrap(subject(read)).text)).toBe(bare(text));
      expect(compare(read.seccomp as SeccompOptions, filterOf(policy))).toMatchObject({ relation: 'equal' });
    }
  });

  it('reads a command line with the bytes of its filter', () => {
    const filter = compile(filterPolicy({ base: 'deny-all', architectures: ['x86_64'] })).programs[0]?.bytes;
    const line =
      'bwrap --unshare-pid --ro-bind /usr /usr --bind /a /b --dev /dev --tmpfs /tmp --cap-add CAP_KILL --seccomp 10 -- sh 10<f';
    expect(() => bwrap(line.replace(' 10<f', ''))).toThrow(/--seccomp.*Give them as filter/);
    const read = bwrap(line.replace(' 10<f', ''), filter);
    expect(read.policy).toMatchObject({ caps: kept('cap_kill'), tmp: 'memory', newSession: false });
    expect(read.policy.landlock).toMatchObject({ preset: 'none', paths: [{ rx: '/usr' }] });
    expect(paths(read)).toEqual(['--bind /a /b', '--dev', '--clearenv', '--unshare-pid']);
    expect(() => bwrap(line, filter)).toThrow(/operator of the shell: </);
  });
});

describe('a command line that is not read', () => {
  it.each<[what: string, read: () => unknown, says: RegExp]>([
    [
      'an option that is not known',
      () => docker('docker run --frobnicate x image'),
      /--frobnicate is an option .* not read/,
    ],
    ['a privileged container', () => docker('docker run --privileged image'), /--privileged lifts/],
    ['all capabilities', () => docker('docker run --cap-add ALL image'), /Name those that/],
    ['a name of a user', () => docker('docker run --user www image'), /"www".*Write its number/],
    ['a size in words', () => docker('docker run -m lots image'), /--memory is not a size.*512m/],
    ['a limit without a value', () => docker('docker run --ulimit nofile image'), /--ulimit is not NAME=SOFT:HARD/],
    ['an option without its value', () => docker('docker run --user'), /--user lacks its value/],
    ['a variable', () => docker('docker run -e "A=$B" image'), /line 1 has a variable of the shell: \$B/],
    ['a command in its words', () => docker('docker run -e "A=`id`" image'), /line 1 runs a command/],
    ['a pipe', () => docker('docker run image |\ncat'), /operator of the shell: \|/],
    ['a second command', () => docker('docker run image\nrm -rf x'), /is followed by another command/],
    ['a command before it', () => docker('cd /srv\ndocker run image'), /line 1 is a command that is not read: cd/],
    ['a quote without an end', () => docker("docker run -e 'A image"), /line 1 has a quote/],
    ['another command', () => bwrap('unshare -r sh'), /is a command that is not read/],
    ['options from a descriptor', () => bwrap('bwrap --args 5 sh'), /--args reads options.*Write them/],
    ['nothing', () => bwrap(''), /has no command that is read.*bwrap/],
    ['bytes that are not a program', () => bwrap('bwrap --seccomp 9 sh', new Uint8Array(5)), /program has 5 bytes/],
  ])('is refused with cause and remedy: %s', (_, read, says) => {
    expect(read).toThrow(says);
    expect(read).toThrow(/\. [A-Z].*\.$/s);
  });

  it('is read in time that grows with its length', () => {
    const long = 'a'.repeat(1_000_000);
    for (const words of [
      `"${'\\"'.repeat(500_000)}"`,
      `'${long}'`,
      '\\a'.repeat(500_000),
      `"${'$'.repeat(500_000)}`,
      '\\\n'.repeat(300_000),
    ]) {
      expect(() => docker(`docker run --label x${words} --frobnicate`)).toThrow(/not read|variable of the shell/);
    }
  });
});
