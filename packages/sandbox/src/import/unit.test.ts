/* Units of systemd as policies, and policies as units and back. */
import { describe, expect, it } from 'vitest';

import { toUnit } from '../export/systemd.js';
import { layerPolicies } from '../plan/layers.js';
import { definePolicy } from '../policy/define.js';
import type { SandboxOptions } from '../policy/options.js';
import { readUnit } from './unit.js';

const read = (text: string) => readUnit(text, 'x86_64');
const kept = (...names: readonly string[]) => ({ keep: names, ambient: names });

describe('readUnit', () => {
  it('gives back what a policy was exported with', () => {
    const given: SandboxOptions = {
      user: { user: 65_534, group: 65_534 },
      groups: [7, 8],
      caps: { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] },
      cgroup: { memory: 2 ** 29, pids: 50, cpu: 150 },
      rlimits: { nofile: 64, as: 'unlimited', core: 0 },
      env: { A: 'b c', Q: `it's "$HOME" 100% \\ ` },
      cwd: '/usr',
      umask: 0o27,
      landlock: 'off',
      seccomp: 'off',
    };
    const policy = definePolicy(given);
    const { text } = toUnit({ policy, layers: layerPolicies(policy), command: [], machine: 'x86_64', links: [] });
    expect(read(text)).toEqual({ policy, unsaid: [] });
  });

  it('reads the filter that systemd would load', () => {
    const { policy, unsaid } = read(
      'User=nobody\nNoNewPrivileges=yes\nSystemCallArchitectures=native\nSystemCallFilter=~mount:EACCES',
    );
    expect(policy).toMatchObject({ user: 'nobody', groups: 'initgroups', caps: 'none', seccomp: { base: 'deny-all' } });
    expect(unsaid).toEqual([]);
  });

  it('leaves root what a unit leaves it, and no more', () => {
    expect(read('NoNewPrivileges=yes\nUMask=022').policy.caps).toBe('off');
    expect(read('CapabilityBoundingSet=CAP_CHOWN CAP_KILL').policy.caps).toMatchObject({
      keep: ['cap_chown', 'cap_kill'],
    });
    expect(read('CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=').policy.caps).toBe('none');
    // What is not in the bounding set cannot be ambient.
    const unit = 'User=nobody\nCapabilityBoundingSet=CAP_CHOWN\nAmbientCapabilities=CAP_CHOWN CAP_KILL';
    expect(read(unit).policy.caps).toMatchObject({ ambient: ['cap_chown'] });
  });

  it('refuses a user that exists only while the service runs, which would leave it to root', () => {
    expect(() => read('DynamicUser=yes')).toThrow(/DynamicUser.*Name one by User=/);
    expect(read('DynamicUser=no\nNoNewPrivileges=yes').unsaid).toEqual([]);
  });

  it.each<[setting: string, expected: object, notes: readonly string[]]>([
    [
      'LimitNOFILE=1024:524288',
      { nofile: 524_288 },
      ['the soft limit 1024 has no place in the policy: the hard one stands for both'],
    ],
    ['LimitNOFILE=5:5', { nofile: 5 }, []],
    [
      'LimitCORE=0:infinity',
      { core: 'unlimited' },
      ['the soft limit 0 has no place in the policy: the hard one stands for both'],
    ],
    ['LimitCPU=1min', { cpu: 60 }, []],
    ['LimitCPU=1min 30s', { cpu: 90 }, []],
    ['LimitCPU=1500ms', { cpu: 2 }, []],
    ['LimitCPU=7', { cpu: 7 }, []],
    ['LimitRTTIME=1ms', { rttime: 1000 }, []],
    ['LimitAS=2G', { as: 2 ** 31 }, []],
    ['LimitNICE=-5', { nice: 25 }, []],
    ['LimitNICE=+5\nLimitNICE=9', { nice: 9 }, []],
    ['LimitNOFILE=64\n[Install]\nWantedBy=x\n[Service]\nLimitNOFILE=', {}, []],
  ])('reads the limits of %j', (setting, expected, notes) => {
    const { policy, unsaid } = read(`[Service]\nNoNewPrivileges=yes\n${setting}`);
    expect(policy.rlimits).toEqual(expected);
    expect(unsaid.map(({ what }) => what)).toEqual(notes);
  });

  it.each<[settings: string, expected: object]>([
    ['User=nobody\nUser=', { user: undefined }],
    ['User=nobody\nUser=\nUser=7', { user: 7 }],
    ['Environment=A=1 B=2\nEnvironment=\nEnvironment="C=3 4"', { env: { C: '3 4' } }],
    ['WorkingDirectory=/usr\nWorkingDirectory=', { cwd: undefined }],
    ['WorkingDirectory=-/usr', { cwd: '/usr' }],
    ['WorkingDirectory=~', { cwd: undefined }],
    ['UMask=00027', { umask: 0o27 }],
    ['Environment=A=1 \\\n  # not this\n  B=2\n; nor this', { env: { A: '1', B: '2' } }],
    ['SystemCallArchitectures=native\nSystemCallFilter=~@mount:EPERM @swap', { seccomp: expect.objectContaining({}) }],
    ['CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nCapabilityBoundingSet=~CAP_KILL', { caps: kept('cap_chown') }],
    ['CapabilityBoundingSet=\nCapabilityBoundingSet=cap_chown', { caps: kept('cap_chown') }],
    ['CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=~', { caps: 'off' }],
    ['User=7\nCapabilityBoundingSet=~CAP_KILL\nAmbientCapabilities=CAP_KILL CAP_CHOWN', { caps: kept('cap_chown') }],
  ])('reads %j as systemd does', (settings, expected) => {
    expect({ user: undefined, cwd: undefined, ...read(settings).policy }).toMatchObject(expected);
  });

  it('leaves root everything but what a unit takes from it', () => {
    const { caps } = read('NoNewPrivileges=yes\nCapabilityBoundingSet=~CAP_SYS_ADMIN CAP_SYS_PTRACE').policy;
    const { keep = [] } = caps as { readonly keep?: readonly string[] };
    expect([keep.length, keep.includes('cap_sys_admin'), keep.includes('cap_chown')]).toEqual([39, false, true]);
  });

  it('names what a directory may be there', () => {
    const notes = (setting: string) => read(`NoNewPrivileges=yes\n${setting}`).unsaid.map(({ what }) => what);
    expect(notes('WorkingDirectory=-/usr')).toEqual(['WorkingDirectory may be missing there, and must exist here']);
    expect(notes('WorkingDirectory=~')).toEqual([
      expect.stringMatching(/^WorkingDirectory is the home directory of User there/),
    ]);
  });

  it('names every setting that it does not know, and none that only starts a service', () => {
    const { unsaid } = read(
      'NoNewPrivileges=yes\nExecStart=/bin/true\nRestart=always\nNetworkNamespacePath=/x\nPersonality=x86\nNewThing=yes',
    );
    expect(unsaid.map(({ path, what }) => `${path}: ${what}`)).toEqual([
      'line 4: NetworkNamespacePath has no place in the policy',
      'line 5: Personality has no place in the policy',
      'line 6: NewThing has no place in the policy',
    ]);
  });

  it.each(['Description=x\\\\\n', 'Description=x\\ \n', 'Description=x\r'])(
    'reads the line after %j, as systemd does',
    (before) => {
      const { policy } = read(`${before}User=nobody\nNoNewPrivileges=yes`);
      expect(policy.user).toBe('nobody');
    },
  );

  it('reads the limits of a cgroup, but no share of the machine', () => {
    const { policy, unsaid } = read('NoNewPrivileges=yes\nMemoryMax=1G\nTasksMax=50\nCPUQuota=150%');
    expect([policy.cgroup, unsaid]).toEqual([{ memory: 2 ** 30, pids: 50, cpu: 150 }, []]);
    const none = read('NoNewPrivileges=yes\nMemoryMax=infinity\nTasksMax=15%\nCPUQuota=0.5%');
    expect(none.policy.cgroup).toBeUndefined();
    expect(none.unsaid.map(({ what }) => what)).toEqual([
      'TasksMax has no place in the policy',
      'CPUQuota has no place in the policy',
    ]);
  });

  it('names a limit of 0 and groups without a user, and refuses what is not a header', () => {
    const { unsaid } = read('NoNewPrivileges=yes\nMemoryMax=0\nGroup=7\nSupplementaryGroups=8\nPrivateTmp=no');
    expect(unsaid.map(({ what }) => what)).toEqual([
      'MemoryMax has no place in the policy',
      'Group has no place in a policy without User',
      'SupplementaryGroups has no place in a policy without User',
    ]);
    expect(() => read('[Unit]\n[Service] # comment\nUser=nobody')).toThrow(/header/);
  });

  it('reads a megabyte of backslashes at once', () => {
    const begun = performance.now();
    expect(read(`NoNewPrivileges=yes\nDescription=${'\\'.repeat(1_000_000)}x`).unsaid).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('names what confines and has no place in a policy', () => {
    const { unsaid } = read(
      'ProtectSystem=strict\nPrivateTmp=no\nReadWritePaths=/srv\nRestrictRealtime=yes\nMemoryMax=10%',
    );
    expect(unsaid.map(({ what }) => what)).toEqual([
      'ProtectSystem has no place in the policy',
      'ReadWritePaths has no place in the policy',
      'RestrictRealtime has no place in the policy',
      'MemoryMax has no place in the policy',
      'a sandbox always sets no_new_privs',
    ]);
  });

  it.each([
    ['User=%i', 'line 1'],
    ['LimitNOFILE=1:2:3', 'line 1'],
    ['LimitCPU=1fortnight', 'line 1'],
    ['LimitNOFILE=1K', 'line 1'],
    ['LimitNONSENSE=1', 'line 1'],
    ['\nUMask=9', 'line 2'],
    ['WorkingDirectory=x', 'line 1'],
    ['Environment=A', 'line 1'],
    ['Environment="A=b', 'line 1'],
    ['CapabilityBoundingSet=~CAP_NOTHING', 'line 1'],
    ['SystemCallFilter=mount:EPERM', 'line 1'],
  ])('refuses %j, with its line', (text, path) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ path }));
  });
});
