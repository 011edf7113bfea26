/* Which machines a compiled sandbox has records for. */
import { describe, expect, it } from 'vitest';

import { ordinary, root, withLandlock } from '../../test/machines.js';
import { layerPolicies } from '../plan/layers.js';
import { definePolicy } from '../policy/define.js';
import type { SandboxOptions } from '../policy/options.js';
import { compileSandbox } from './compile.js';
import type { SandboxSupport } from '../plan/plan.js';

/** `privileged: lowest–highest ABI` of each document. */
function machines(options: SandboxOptions, support: SandboxSupport = root): readonly string[] {
  const policy = definePolicy(options);
  const file = compileSandbox({ policy, layers: layerPolicies(policy), support, command: undefined, env: {} });
  return Array.from({ length: file.readUInt32LE(84) }, (_, index) => {
    const at = 96 + index * 16;
    return `${file.readUInt32LE(at + 4)}: ${file.readUInt16LE(at)}–${file.readUInt16LE(at + 2)}`;
  });
}

describe('compileSandbox', () => {
  it('has records from the ABI that the policy requires on, for every newer kernel', () => {
    expect(machines({})).toEqual(['1: 6–65535', '0: 6–65535']);
    expect(machines({ landlock: { preset: 'none', abi: 1, paths: [] } })).toEqual(['1: 1–65535', '0: 1–65535']);
  });

  it('has some for each lesser kernel where Landlock is preferred', () => {
    const found = machines({ prefer: ['landlock'] });
    expect(found[0]).toBe('1: 0–0');
    expect(found).toContain('1: 6–65535');
    // Every ABI once for each kind of process, and none left out.
    for (const privileged of [0, 1]) {
      const own = found.filter((text) => text.startsWith(`${privileged}:`)).map((text) => text.slice(3).split('–'));
      expect(own.slice(1).map(([low]) => Number(low))).toEqual(own.slice(0, -1).map(([, high]) => Number(high) + 1));
    }
  });

  it('has some for every kernel where Landlock is off', () => {
    expect(machines({ landlock: 'off' })).toEqual(['1: 0–65535', '0: 0–65535']);
  });

  it('has none for an ordinary process where the user changes, or where root’s rights are required', () => {
    expect(machines({ user: 'nobody' })).toEqual(['1: 6–65535']);
    expect(machines({ user: 'nobody', prefer: ['privdrop'] })).toEqual(['1: 6–65535']);
    expect(machines({ require: ['caps.bounding'] })).toEqual(['1: 6–65535']);
  });

  it('is the same for every user and every kernel', () => {
    const policy = definePolicy({});
    const layers = layerPolicies(policy);
    const compiled = (support: SandboxSupport) =>
      compileSandbox({ policy, layers, support: { ...support, proofKey: 0x8000_0000n }, command: undefined, env: {} });
    expect(compiled(ordinary)).toEqual(compiled(root));
    expect(compiled(withLandlock(1))).toEqual(compiled(root));
  });

  it.each([
    [{ execOnce: true }, 'execOnce'],
    [{ user: 'nobody', privateGroup: 'prefer' }, 'privateGroup'],
  ] as const)('refuses %j, which only a start can have', (options, path) => {
    expect(() => machines(options)).toThrow(expect.objectContaining({ code: 'invalid-policy', path }));
  });

  it.each(['relative', '/with blank', `/${'x'.repeat(61)}`, '/a\nb'])('refuses the interpreter %j', (interpreter) => {
    const policy = definePolicy({});
    const compiled = { policy, layers: layerPolicies(policy), support: root, command: undefined, env: {} };
    expect(() => compileSandbox(compiled, { interpreter })).toThrow(expect.objectContaining({ path: 'interpreter' }));
    expect(compileSandbox(compiled, { interpreter: `/${'x'.repeat(60)}` })).toBeInstanceOf(Buffer);
  });
});
