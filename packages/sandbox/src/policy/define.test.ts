import { describe, expect, it } from 'vitest';

import { definePolicy } from './define.js';
import type { SandboxOptions } from './options.js';

const whole: SandboxOptions = {
  user: { user: 'alpm', group: 955 },
  groups: ['audio', 20],
  caps: { keep: ['cap_net_raw'], ambient: ['cap_net_raw'] },
  landlock: { preset: 'minimal', paths: [{ rw: ['out'], optional: true }], net: { connectTcp: [443], bindTcp: 'any' } },
  seccomp: { base: 'network-client', deny: ['@mount'] },
  rlimits: { nofile: 64, core: 'unlimited' },
  env: { PATH: '/usr/bin' },
  cwd: '/tmp',
  umask: 0o077,
  keepDescriptors: [3, 9],
  newSession: false,
  dieWithParent: true,
  require: ['seccomp'],
  prefer: ['landlock.net.connect_tcp'],
  off: ['caps.securebits'],
};

describe('definePolicy', () => {
  it('gives the same again after JSON', () => {
    const policy = definePolicy(whole);
    expect(definePolicy(JSON.parse(JSON.stringify(policy)) as SandboxOptions)).toEqual(policy);
    expect(policy).toEqual({ ...whole, version: 1 });
  });

  it('gives what nobody can change any more, neither itself nor what it was made of', () => {
    const options = { rlimits: { nofile: 64 }, require: ['caps'] };
    const policy = definePolicy(options);
    options.rlimits.nofile = 1_000_000;
    options.require.pop();
    expect(policy).toMatchObject({ rlimits: { nofile: 64 }, require: ['caps'] });
    for (const part of [policy, policy.rlimits, policy.require]) expect(Object.isFrozen(part)).toBe(true);
  });

  it.each<[unknown, string]>([
    [{ version: 2 }, 'version'],
    [{ usr: 'x' }, 'usr'],
    // It would be checked, and then be missing in the copy: the user would stay.
    [Object.create({ user: 'nobody' }), 'policy'],
    [{ landlock: Object.create({ paths: [] }) as object }, 'landlock'],
    [{ user: '' }, 'user'],
    [{ user: 0xffff_ffff }, 'user'],
    [{ user: -1 }, 'user'],
    [{ user: null }, 'user'],
    [{ user: { group: 1 } }, 'user.user'],
    [{ user: { user: 1, gruop: 1 } }, 'user.gruop'],
    [{ groups: 'all' }, 'groups'],
    // They would stay, whatever they are.
    [{ groups: 'none' }, 'groups'],
    [{ groups: [5], caps: 'none' }, 'groups'],
    [{ user: 1, groups: [true] }, 'groups[0]'],
    // They would require nothing.
    [{ require: ['process.cgroup'] }, 'require'],
    [{ require: ['process.cgroup.memory'], cgroup: { pids: 5 } }, 'require'],
    [{ caps: 'all' }, 'caps'],
    [{ caps: null }, 'caps'],
    [{ caps: [] }, 'caps'],
    [{ caps: { levels: {} } }, 'caps.levels'],
    [{ caps: { noNewPrivs: false } }, 'caps.noNewPrivs'],
    [{ landlock: 'readonly' }, 'landlock'],
    [{ landlock: null }, 'landlock'],
    [{ landlock: { require: [] } }, 'landlock.require'],
    [{ landlock: { preset: 'all' } }, 'landlock.preset'],
    [{ seccomp: 'deny' }, 'seccomp'],
    [{ seccomp: { base: 'deny-all', level: 'prefer' } }, 'seccomp.level'],
    [{ rlimits: { files: 1 } }, 'rlimits.files'],
    [{ rlimits: { nofile: 2 ** 53 } }, 'rlimits.nofile'],
    [{ rlimits: { nofile: Infinity } }, 'rlimits.nofile'],
    [{ env: { 'A=B': '' } }, 'env'],
    [{ env: { '': '' } }, 'env'],
    [{ env: { A: 1 } }, 'env.A'],
    [{ env: { A: 'x\0LD_PRELOAD=y' } }, 'env.A'],
    [{ cwd: '' }, 'cwd'],
    [{ umask: 0o1000 }, 'umask'],
    [{ keepDescriptors: [2] }, 'keepDescriptors[0]'],
    [{ keepDescriptors: [3, 1024] }, 'keepDescriptors[1]'],
    [{ keepDescriptors: [5, 5] }, 'keepDescriptors[1]'],
    [{ newSession: 'no' }, 'newSession'],
    [{ dieWithParent: null }, 'dieWithParent'],
    [{ require: 'caps' }, 'require'],
    [{ umask: undefined }, 'umask'],
  ])('refuses %j, and names the place', (options, path) => {
    expect(() => definePolicy(options as SandboxOptions)).toThrow(
      expect.objectContaining({ code: 'invalid-policy', layer: 'sandbox', path }),
    );
  });
});
