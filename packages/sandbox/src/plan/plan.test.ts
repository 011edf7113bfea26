import type { SandboxError } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { elsewhere, namespaceRoot, ordinary, root, withLandlock, withoutSeccomp } from '../../test/machines.js';
import { definePolicy } from '../policy/define.js';
import { layerPolicies } from './layers.js';
import type { SandboxOptions } from '../policy/options.js';
import { planSandbox, type SandboxSupport } from './plan.js';

function planned(options: SandboxOptions, support: SandboxSupport) {
  const policy = definePolicy(options);
  return planSandbox(policy, layerPolicies(policy), support);
}

const lines = (options: SandboxOptions, support: SandboxSupport) =>
  new Map(planned(options, support).features.map((line) => [`${line.layer}.${line.feature}`, line]));

function refusal(options: SandboxOptions, support: SandboxSupport): SandboxError {
  try {
    planned(options, support);
  } catch (error) {
    return error as SandboxError;
  }
  throw new Error('nothing was refused');
}

const user = { user: 65_534 };

it('refuses at every level where a filter above denies no_new_privs, but not where that is set', () => {
  const denied = [{ call: 'prctl(PR_SET_NO_NEW_PRIVS)', errno: 1 }];
  const beneath = { ...root, caps: { ...root.caps, denied } };
  const policy = definePolicy({ prefer: ['caps'] });
  expect(() => planSandbox(policy, layerPolicies(policy), beneath)).toThrow(
    expect.objectContaining({
      code: 'not-permitted',
      message: expect.stringContaining('PR_SET_NO_NEW_PRIVS') as string,
    }),
  );
  const privdrop = { ...root.privdrop, noNewPrivs: 'already' } as const;
  expect(planSandbox(policy, layerPolicies(policy), { ...beneath, privdrop }).features).toContainEqual({
    layer: 'caps',
    feature: 'no_new_privs',
    state: 'already',
  });
});

describe('planSandbox', () => {
  it('enforces all of it for root on a kernel that has it', () => {
    const { status, features, records, expected } = planned(user, root);
    expect(status).toBe('full');
    expect(features.filter(({ state }) => state === 'unsupported')).toEqual([]);
    expect(records).toHaveLength(4);
    expect(expected).toMatchObject({ launcher: true, filter: true, groups: true, user: { uid: 65_534 } });
    expect(expected.landlock?.scope).toContain('signal');
  });

  it('has one line a feature, and the lines in one order', () => {
    const names = [...lines(user, root).keys()];
    expect(names).toHaveLength(planned(user, root).features.length);
    const layers = [...new Set(names.map((name) => name.split('.')[0]))];
    expect(layers).toEqual(['process', 'privdrop', 'caps', 'landlock', 'seccomp']);
    expect(names.filter((name) => name.endsWith('no_new_privs'))).toEqual(['caps.no_new_privs']);
  });

  it.each<[string, SandboxOptions, SandboxSupport, string, string]>([
    ['an ordinary user', user, ordinary, 'privdrop', 'not-permitted'],
    ['root of a namespace with one user', user, namespaceRoot, 'privdrop', 'not-mapped'],
    ['a kernel without Landlock', {}, withLandlock(0), 'landlock', 'unsupported-kernel'],
    ['Landlock without scopes', {}, withLandlock(5), 'landlock', 'unsupported-kernel'],
    ['a kernel without filters', {}, withoutSeccomp, 'seccomp', 'unsupported-kernel'],
    ['another platform', {}, elsewhere, 'caps', 'unsupported-platform'],
  ])('refuses %s where the layer is required', (_, options, support, layer, code) => {
    expect(refusal(options, support)).toMatchObject({ layer, code, hint: expect.any(String) });
  });

  it.each<[string, SandboxOptions, SandboxSupport, readonly string[]]>([
    ['an ordinary user', { ...user, prefer: ['privdrop'] }, ordinary, ['privdrop.user', 'caps.bounding']],
    ['a kernel without Landlock', { prefer: ['landlock'] }, withLandlock(0), ['landlock.fs.execute']],
    ['a kernel without filters', { prefer: ['seccomp'] }, withoutSeccomp, ['seccomp.filter']],
    [
      'another platform',
      { ...user, prefer: ['caps', 'landlock', 'seccomp'] },
      elsewhere,
      ['caps.no_new_privs', 'landlock.fs.execute', 'seccomp.filter', 'process.descriptors'],
    ],
  ])('reports %s where the layer is preferred, and enforces the rest', (_, options, support, missing) => {
    const plan = planned(options, support);
    const found = lines(options, support);
    expect(plan.status).toBe('partial');
    for (const name of missing) {
      expect(found.get(name), name).toMatchObject({ state: 'unsupported', reason: expect.stringMatching(/\S/) });
    }
    for (const { state, reason } of plan.features) if (state === 'unsupported') expect(reason).toBeTruthy();
  });

  it.each([
    // Without the right to allow it, ABI 1 denies every refer.
    [1, ['fs.truncate', 'fs.ioctl_dev', 'net.bind_tcp', 'scope.signal', 'scope.abstract_unix_socket']],
    [2, ['fs.truncate', 'fs.ioctl_dev', 'net.bind_tcp', 'scope.signal', 'scope.abstract_unix_socket']],
    [3, ['fs.ioctl_dev', 'net.bind_tcp', 'scope.signal', 'scope.abstract_unix_socket']],
    [4, ['fs.ioctl_dev', 'scope.signal', 'scope.abstract_unix_socket']],
    [5, ['scope.signal', 'scope.abstract_unix_socket']],
    [6, []],
    [7, []],
  ])('on Landlock ABI %i misses %j', (abi, expected) => {
    const missing = planned({ prefer: ['landlock'] }, withLandlock(abi)).features.filter(
      ({ layer, state }) => layer === 'landlock' && state === 'unsupported',
    );
    expect(new Set(missing.map(({ feature }) => feature))).toEqual(new Set<string>(expected));
  });

  it('requires a feature of a layer that is otherwise preferred', () => {
    const options = { prefer: ['landlock'], require: ['landlock.net.bind_tcp'] };
    expect(() => planned(options, withLandlock(4))).not.toThrow();
    expect(refusal(options, withLandlock(3))).toMatchObject({ layer: 'landlock' });
  });

  it('gives up nothing that an ordinary user has not got, and says so', () => {
    const found = lines({}, ordinary);
    expect(found.get('caps.capabilities')).toMatchObject({ state: expect.stringMatching(/already|enforced/) });
    expect(found.get('caps.bounding')).toMatchObject({ state: 'unsupported', reason: expect.any(String) });
    expect(refusal({ require: ['caps.bounding'] }, ordinary)).toMatchObject({ layer: 'caps' });
  });

  it('has nothing to read back of a layer that is off', () => {
    const { expected, records, features } = planned({ off: ['caps', 'landlock', 'seccomp'] }, root);
    expect(records).toEqual([]);
    expect(expected).toMatchObject({ filter: false, rules: { paths: [], ports: [] } });
    expect(expected.user ?? expected.caps ?? expected.landlock).toBeUndefined();
    const states = Object.fromEntries(features.map(({ layer, feature, state }) => [`${layer}.${feature}`, state]));
    expect(states).toMatchObject({ 'privdrop.user': 'off', 'landlock.fs': 'off', 'seccomp.filter': 'off' });
    // The launcher sets it for whatever it starts.
    expect(states).toMatchObject({ 'caps.no_new_privs': 'enforced' });
  });

  it('says that ports have holes without a filter that closes them', () => {
    const options = { landlock: { net: { connectTcp: [443] } } };
    expect(lines(options, root).get('landlock.net.connect_tcp')?.reason).toBeUndefined();
    const open = lines({ ...options, off: ['seccomp'] }, root).get('landlock.net.connect_tcp');
    expect(open).toMatchObject({ state: 'enforced', reason: expect.stringMatching(/MPTCP/) });
  });

  it('takes no_new_privs for what it was', () => {
    const privdrop = { ...root.privdrop, noNewPrivs: 'already' } as const;
    expect(lines({}, { ...root, privdrop }).get('caps.no_new_privs')).toMatchObject({ state: 'already' });
    expect(lines({}, root).get('caps.no_new_privs')).toMatchObject({ state: 'enforced' });
  });
});
