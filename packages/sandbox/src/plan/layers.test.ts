import { describe, expect, it } from 'vitest';

import { definePolicy } from '../policy/define.js';
import { layerPolicies } from './layers.js';
import type { SandboxOptions } from '../policy/options.js';

const layers = (options: SandboxOptions) => layerPolicies(definePolicy(options));

describe('layerPolicies', () => {
  it('is as strict as it can be where nothing is said', () => {
    const { privdrop, caps, landlock, seccomp } = layers({});
    expect(privdrop).toBeUndefined();
    expect(caps).toMatchObject({ keep: [], ambient: [], levels: { capabilities: 'require', bounding: 'prefer' } });
    expect(landlock?.require).toEqual(expect.arrayContaining(['fs.write_file', 'net.bind_tcp', 'scope.signal']));
    expect(seccomp).toMatchObject({ base: 'deny-dangerous', level: 'require' });
  });

  it.each<[SandboxOptions, 'privdrop' | 'caps' | 'landlock' | 'seccomp']>([
    [{ user: 65_534, off: ['privdrop'] }, 'privdrop'],
    [{ off: ['caps'] }, 'caps'],
    [{ caps: 'off' }, 'caps'],
    [{ off: ['landlock'] }, 'landlock'],
    [{ landlock: 'off' }, 'landlock'],
    [{ landlock: 'none' }, 'landlock'],
    [{ off: ['seccomp'] }, 'seccomp'],
    [{ seccomp: 'off' }, 'seccomp'],
  ])('%j has no %s', (options, layer) => {
    expect(layers(options)[layer]).toBeUndefined();
    expect(Object.values(layers(options)).filter((one) => one !== undefined).length).toBeGreaterThan(0);
  });

  it('prefers what is said to be preferred', () => {
    expect(layers({ user: 65_534, prefer: ['privdrop'] }).privdrop?.level).toBe('prefer');
    expect(layers({ prefer: ['seccomp'] }).seccomp?.level).toBe('prefer');
    expect(layers({ prefer: ['caps'] }).caps?.levels).toMatchObject({ capabilities: 'prefer', noNewPrivs: 'prefer' });
    expect(layers({ prefer: ['landlock'] }).landlock?.require).toEqual([]);
    expect(layers({ prefer: ['landlock.net'] }).landlock?.require).not.toContain('net.bind_tcp');
    expect(layers({ require: ['caps.bounding'] }).caps?.levels.bounding).toBe('require');
  });

  it.each<[SandboxOptions, object]>([
    [{ off: ['landlock.net.bind_tcp'] }, { handled: { net: [] } }],
    [{ off: ['landlock.net'] }, { handled: { net: [] } }],
    [{ off: ['landlock.scope.signal'] }, { scope: ['abstract_unix_socket'] }],
    [{ off: ['landlock.scope'] }, { scope: [] }],
  ])('%j leaves that alone', (options, expected) => {
    expect(layers(options).landlock).toMatchObject(expected);
  });

  it('leaves out a right of the file system', () => {
    expect(layers({ off: ['landlock.fs.ioctl_dev'] }).landlock?.handled.fs).not.toContain('ioctl_dev');
    expect(layers({}).landlock?.handled.fs).toContain('ioctl_dev');
  });

  it('closes the holes of TCP rules only beside such rules', () => {
    const rules = (options: SandboxOptions) => layers(options).seccomp?.rules.map(({ syscall }) => syscall) ?? [];
    expect(rules({ landlock: { net: { connectTcp: [443] } } })).toContain('sendto');
    expect(rules({})).not.toContain('sendto');
    expect(rules({ landlock: 'off' })).toEqual([]);
  });

  it.each<SandboxOptions>([
    { user: 65_534, require: ['privdrop', 'caps', 'caps.bounding', 'landlock.fs', 'seccomp', 'process'] },
    // What may be missing, and what is switched off, may also not be asked for.
    { landlock: 'off', prefer: ['privdrop', 'landlock.fs'], off: ['seccomp'] },
  ])('takes %j', (options) => {
    expect(() => layers(options)).not.toThrow();
  });

  it.each<[SandboxOptions, RegExp]>([
    [{ require: ['landlock.net.connect_tcp'] }, /names landlock\.net\.connect_tcp, which the policy does not ask for/],
    [{ prefer: ['landlock.fs.wirte_file'] }, /does not ask for/],
    [{ require: ['privdrop'] }, /require names privdrop, which the policy does not ask for\. Name a user/],
    [{ seccomp: 'off', require: ['seccomp'] }, /names seccomp, which/],
    [{ landlock: 'off', require: ['landlock'] }, /names landlock, which/],
    [{ landlock: 'off', require: ['landlock.fs'] }, /names landlock\.fs, which/],
    [{ caps: 'off', require: ['caps'] }, /names caps, which/],
    [{ require: ['caps.keep'] }, /names caps\.keep, which/],
    [{ caps: { bounding: 'leave' }, require: ['caps.bounding'] }, /names caps\.bounding, which/],
    [{ off: ['caps.capabilities'] }, /names caps\.capabilities, which the options set/],
    [{ user: 0 }, /uid 0/],
    [{ user: 'no-such-user-here' }, /does not exist/],
    [{ user: 65_534, groups: ['no-such-group-here'] }, /does not exist/],
  ])('refuses %j', (options, message) => {
    expect(() => layers(options)).toThrow(message);
  });
});
