import { recordHeaderLength } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { errno, killProcess, trace, userNotify } from './policy/actions.js';
import { decodeProgram } from './bpf/bpf.js';
import { arg } from './policy/conditions.js';
import { plan } from './plan.js';
import { policy } from './policy/policy.js';
import type { SeccompOptions } from './policy/options.js';
import type { SeccompSupport } from './support.js';

const available: SeccompSupport = {
  state: 'available',
  machine: 'x86_64',
  actions: ['kill-process', 'kill-thread', 'trap', 'errno', 'user-notify', 'trace', 'log', 'allow'],
  flags: ['tsync', 'log'],
  noNewPrivs: false,
  filters: 0,
};
const strict = policy({ base: 'deny-dangerous' });
const lenient = policy({ base: 'deny-dangerous', level: 'prefer' });

describe('plan', () => {
  it('makes a record of the filter for this machine only', () => {
    for (const [machine, audit] of [
      ['x86_64', 0xc000_003e],
      ['aarch64', 0xc000_00b7],
      ['riscv64', 0xc000_00f3],
    ] as const) {
      const { record, layer } = plan(strict, { ...available, machine });
      const view = new DataView(record.buffer);
      const count = view.getUint32(recordHeaderLength + 4, true);
      expect(layer).toBe('seccomp');
      expect([...record.subarray(0, 4)]).toEqual([5, 1, 0, 0]);
      expect(view.getUint32(recordHeaderLength, true)).toBe(audit);
      expect(record).toHaveLength(recordHeaderLength + 8 + count * 8);
      const [, second] = decodeProgram(record.subarray(recordHeaderLength + 8));
      expect(second).toMatchObject({ op: 'jeq', k: audit });
    }
  });

  it('adds no_new_privs, once', () => {
    expect(plan(strict, available).needs).toEqual(['no_new_privs']);
    const again = plan(strict, { ...available, noNewPrivs: true });
    expect(again.needs).toEqual([]);
    expect(again.features.map(({ feature, state }) => `${feature} ${state}`)).toEqual([
      'filter enforced',
      'no_new_privs already',
    ]);
  });

  const missing: readonly (readonly [string, SeccompSupport, string])[] = [
    ['another platform', { state: 'unsupported-platform', reason: 'darwin has no seccomp' }, 'unsupported-platform'],
    ['a kernel without', { state: 'unsupported-kernel', reason: 'ENOSYS' }, 'unsupported-kernel'],
    ['a kernel without TSYNC', { ...available, flags: [] }, 'unsupported-kernel'],
    ['a kernel without an action', { ...available, actions: ['errno', 'allow', 'trap'] }, 'unsupported-kernel'],
  ];

  it.each(missing)('fails closed on %s if the filter is required', (_name, support, code) => {
    expect(() => plan(strict, support)).toThrow(expect.objectContaining({ code, layer: 'seccomp', step: 'plan' }));
  });

  it.each(missing)('reports %s if the filter is preferred', (_name, support) => {
    const { record, features, needs } = plan(lenient, support);
    expect(record).toHaveLength(0);
    expect(needs).toEqual([]);
    expect(features[0]).toMatchObject({ feature: 'filter', state: 'unsupported', reason: expect.any(String) });
  });

  const blank = { base: 'allow-all', unknown: 'allow', foreign: 'allow', x32: 'allow' } as const;

  it.each<[string, SeccompOptions]>([
    ['nothing on it', blank],
    ['a rule that lets through', { ...blank, rules: [{ syscall: 'reboot', when: [arg(0).eq32(1)], action: 'allow' }] }],
    [
      'a denial behind a rule that always lets through',
      {
        ...blank,
        rules: [
          { syscall: 'reboot', action: 'allow' },
          { syscall: 'reboot', action: errno('EPERM') },
        ],
      },
    ],
    ['a denial that this machine has no call for', { ...blank, deny: ['rtas'] }],
  ])('has nothing to enforce with %s', (_name, options) => {
    const { record, features, needs } = plan(policy(options), available);
    expect({ record: record.length, needs }).toEqual({ record: 0, needs: [] });
    expect(features[0]).toMatchObject({
      feature: 'filter',
      state: 'off',
      reason: expect.stringContaining('every call'),
    });
  });

  it.each<[string, SeccompOptions]>([
    ['all defaults', { base: 'allow-all' }],
    ['unknown numbers', { ...blank, unknown: errno('ENOSYS') }],
    ['foreign calls', { ...blank, foreign: killProcess }],
    ['x32', { ...blank, x32: errno('ENOSYS') }],
    ['a rule that logs', { ...blank, rules: [{ syscall: 'reboot', action: 'log' }] }],
  ])('reports no filter, but loads it, if a policy denies no known call: %s', (_name, options) => {
    const { record, features } = plan(policy(options), available);
    expect(record.length).toBeGreaterThan(recordHeaderLength + 8);
    expect(features[0]).toMatchObject({ state: 'off', reason: expect.stringContaining('no known call') });
  });

  it.each<[string, SeccompOptions]>([
    ['a denied call', { ...blank, deny: ['reboot'] }],
    ['a rule', { ...blank, rules: [{ syscall: 'read', when: [arg(0).eq32(1)], action: trace(1) }] }],
    ['address families', { ...blank, sockets: ['AF_UNIX'] }],
    ['a call of a listed foreign architecture', { ...blank, architectures: ['x86_64', 'i386'], deny: ['socketcall'] }],
  ])('enforces %s', (_name, options) => {
    const { record, features } = plan(policy(options), available);
    expect(record.length).toBeGreaterThan(0);
    expect(features[0]).toMatchObject({ layer: 'seccomp', feature: 'filter', state: 'enforced' });
  });

  it.each<[string, Omit<SeccompOptions, 'base'>, 'x86_64' | 'aarch64', string | undefined]>([
    ['nothing of the defaults', {}, 'x86_64', undefined],
    ['other architectures', { foreign: 'allow' }, 'x86_64', 'not for calls of other architectures'],
    ['other architectures', { foreign: 'log' }, 'aarch64', 'not for calls of other architectures'],
    ['x32', { x32: 'allow' }, 'x86_64', 'not for calls of the x32 table'],
    ['no x32 where there is none', { x32: 'allow' }, 'aarch64', undefined],
    [
      'no other architecture where all are listed',
      { foreign: 'allow', architectures: ['x86_64', 'i386'] },
      'x86_64',
      undefined,
    ],
  ])('reports which tables are let through: %s', (_name, options, machine, expected) => {
    const { features } = plan(policy({ ...options, base: 'deny-dangerous' }), { ...available, machine });
    expect(features[0]).toMatchObject({ feature: 'filter', state: 'enforced' });
    if (expected === undefined) expect(features[0]?.reason).toBeUndefined();
    else expect(features[0]?.reason).toContain(expected);
  });

  it('refuses an invalid policy at every level', () => {
    const elsewhere = policy({ base: 'deny-all', architectures: ['aarch64'], level: 'prefer' });
    expect(() => plan(elsewhere, available)).toThrow(expect.objectContaining({ code: 'no-program' }));
    const asking = policy({ base: 'deny-all', rules: [{ syscall: 'read', action: userNotify }], level: 'prefer' });
    expect(() => plan(asking, available)).toThrow(expect.objectContaining({ code: 'no-supervisor' }));
    expect(() => plan({ ...strict, denied: errno('EPERM'), base: 'x' } as never, available)).toThrow(
      expect.objectContaining({ code: 'invalid-policy' }),
    );
  });
});
