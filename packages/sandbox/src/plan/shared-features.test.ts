import { arg, type SeccompOptions } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { root, withLandlock, withoutSeccomp } from '../../test/machines.js';
import { definePolicy } from '../policy/define.js';
import { explainSandbox } from './explain.js';
import { layerPolicies } from './layers.js';
import type { SandboxOptions } from '../policy/options.js';
import { planSandbox, type SandboxSupport } from './plan.js';

function planned(options: SandboxOptions, support: SandboxSupport = root) {
  const policy = definePolicy(options);
  const layers = layerPolicies(policy);
  const plan = planSandbox(policy, layers, support);
  return { policy, layers, plan };
}

function lineOf(feature: string, options: SandboxOptions, support?: SandboxSupport): string {
  const line = planned(options, support).plan.features.find((one) => one.feature === feature);
  return [line?.state, ...(line?.reason === undefined ? [] : [line.reason])].join(': ');
}

const anySocket = 'open: all sockets with a path that its user may reach';
const keyed = 'open: all objects that its user may reach by key or name';
const rule = (
  syscall: string,
  ...when: NonNullable<SeccompOptions['rules']>[number]['when'] & object
): SeccompOptions => ({
  base: 'deny-dangerous',
  rules: [{ syscall, when, action: 'allow' }],
});

describe('the line of unix sockets', () => {
  it.each<[string, SandboxOptions, string]>([
    ['the default', {}, 'enforced'],
    ['a client', { seccomp: 'network-client' }, 'enforced'],
    ['an empty list', { unix: [] }, 'enforced'],
    ['deny-all', { seccomp: 'deny-all' }, 'enforced'],
    ['any', { unix: 'any' }, `off: ${anySocket}`],
    ['any, beside a client', { unix: 'any', seccomp: 'network-client' }, `off: ${anySocket}`],
    [
      'any, with families of its own',
      { unix: 'any', seccomp: { base: 'deny-dangerous', sockets: [] } },
      `off: ${anySocket}`,
    ],
    ['a blank sheet', { seccomp: 'allow-all' }, `off: ${anySocket}`],
    ['a rule of its own', { seccomp: rule('socket') }, `off: ${anySocket}`],
    ['pairs of datagrams', { seccomp: rule('socketpair', arg(1).eq32(2)) }, `off: ${anySocket}`],
    ['no scope', { unix: 'any', landlock: { scope: [] } }, `off: ${anySocket}, and abstract sockets`],
    ['no filter', { seccomp: 'off' }, `off: no filter; ${anySocket}`],
  ])('says what %s leaves open', (_, options, expected) => {
    expect(lineOf('unix_sockets', options)).toBe(expected);
  });

  const named = { unix: ['/run/a', '/run/b'] };

  it('names what is granted by path, where the kernel knows paths', () => {
    expect(lineOf('unix_sockets', named, withLandlock(9))).toBe('off: open: sockets at /run/a /run/b');
    expect(lineOf('unix_sockets', { landlock: { abi: 9 }, seccomp: 'off' }, withLandlock(9))).toBe(
      'off: no filter; open: no socket with a path',
    );
    expect(lineOf('unix_sockets', { landlock: { abi: 9 }, unix: 'any' }, withLandlock(9))).toBe(
      'off: open: sockets at /',
    );
  });

  it('says-that-others-are-open-where-the-kernel-knows-no-paths, or refuses', () => {
    const old = withLandlock(8);
    expect(lineOf('unix_sockets', named, old)).toBe(
      `off: ${anySocket}, not only /run/a /run/b, because Landlock before ABI 9 has no right for sockets`,
    );
    expect(planned(named, old).plan.status).toBe('partial');
    for (const require of [['landlock.fs.resolve_unix'], ['landlock.fs'], ['landlock']]) {
      expect(() => planned({ ...named, require }, old)).toThrow(/fs\.resolve_unix \(needs ABI 9, kernel has 8\)/);
      expect(planned({ ...named, require }, withLandlock(9)).plan.status).toBe('full');
    }
  });

  it('restricts nothing else where the policy restricts no files', () => {
    const { layers } = planned({ ...named, landlock: 'none' });
    expect(layers.landlock?.handled).toEqual({ fs: ['resolve_unix'], net: [] });
    // The filter would open all of them.
    expect(() => planned({ ...named, landlock: 'off' })).toThrow(/unix names sockets by path, .* is off/);
  });

  it('is unsupported if the filter is preferred, and missing', () => {
    const line = lineOf('unix_sockets', { prefer: ['seccomp'] }, withoutSeccomp);
    expect(line).toMatch(/^unsupported: .+; open: all sockets with a path that its user may reach$/);
  });
});

describe('the line of shared ipc', () => {
  it.each<[string, SandboxOptions, string]>([
    ['the default', {}, 'enforced'],
    ['a client', { seccomp: 'network-client' }, 'enforced'],
    ['a grant', { ipc: true }, `off: ${keyed}`],
    ['a grant beside deny-all', { ipc: true, seccomp: 'deny-all' }, `off: ${keyed}`],
    ['a call by name', { seccomp: { base: 'deny-dangerous', allow: ['shmget'] } }, `off: ${keyed}`],
    ['a blank sheet', { seccomp: 'allow-all' }, `off: ${keyed}`],
    ['no filter', { seccomp: 'off' }, `off: no filter; ${keyed}`],
  ])('says what %s leaves open', (_, options, expected) => {
    expect(lineOf('shared_ipc', options)).toBe(expected);
  });
});

describe('the plain words', () => {
  const words = (options: SandboxOptions, support?: SandboxSupport) => {
    const { policy, layers, plan } = planned(options, support);
    return explainSandbox(policy, layers, plan);
  };

  it('say what is open and what is not', () => {
    expect(words({})).toMatch(/^unix sockets +connected pairs only\nshared ipc +none$/m);
    expect(words({ unix: 'any', ipc: true })).toMatch(
      /^unix sockets +open: all sockets with a path .*\nshared ipc +open: all objects that its user may reach by key or name$/m,
    );
    expect(words({ unix: ['/run/a'] }, withLandlock(9))).toMatch(/^unix sockets +open: sockets at \/run\/a$/m);
  });
});
