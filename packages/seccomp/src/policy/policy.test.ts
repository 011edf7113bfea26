import { describe, expect, it } from 'vitest';

import { errno, killProcess } from './actions.js';
import { arg } from './conditions.js';
import { compile } from '../compiler/compile.js';
import { presets } from './presets.js';
import { simulate } from '../analysis/simulate.js';
import { policy } from './policy.js';
import type { SeccompOptions } from './options.js';

describe('policy', () => {
  it('fills in strict defaults', () => {
    expect(policy({ base: 'deny-dangerous' })).toEqual({
      layer: 'seccomp',
      base: 'deny-dangerous',
      deny: [],
      allow: [],
      rules: [],
      sockets: ['AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_UNIX'],
      denied: errno('EPERM'),
      unknown: errno('ENOSYS'),
      foreign: killProcess,
      x32: errno('ENOSYS'),
      architectures: ['aarch64', 'riscv64', 'x86_64'],
      level: 'require',
    });
  });

  it('is frozen plain data that survives JSON, and is a policy again', () => {
    const made = policy({
      base: 'network-client',
      deny: ['@mount', 'ptrace'],
      allow: ['bind'],
      rules: [
        { syscall: 'ioctl', when: [arg(1).eq32(0x5412)], action: errno('EPERM') },
        { syscall: 'mmap', when: [arg(1).gt64(2n ** 40n), arg(2).maskedNe64(4, 0)], action: 'kill-process' },
      ],
      sockets: ['AF_INET'],
      unknown: errno(71),
      architectures: ['x86_64', 'i386'],
    });
    const copy = JSON.parse(JSON.stringify(made)) as SeccompOptions;
    expect(copy).toEqual(made);
    expect(policy(copy)).toEqual(made);
    expect(policy(made)).toBe(made);
    expect(Object.isFrozen(made) && Object.isFrozen(made.rules) && Object.isFrozen(made.rules[1]?.when)).toBe(true);
    expect(made.rules[1]?.when[0]).toEqual({ arg: 1, compare: 'gt64', value: '0x0000010000000000' });
    expect(made.unknown).toEqual({ action: 'errno', errno: 'EPROTO' });
  });

  it('accepts names that exist only on another architecture', () => {
    expect(policy({ base: 'allow-all', deny: ['rtas', 'spu_run', 'osf_mount', 'vm86'] }).deny).toHaveLength(4);
  });

  const rule = (change: object) => ({ base: 'allow-all', rules: [{ syscall: 'read', action: 'allow', ...change }] });
  const when = (change: object) => rule({ when: [{ arg: 1, compare: 'eq32', value: 1, ...change }] });

  it.each([
    ['policy', null],
    ['policy', []],
    ['denny', { base: 'allow-all', denny: [] }],
    ['__proto__', JSON.parse('{"base":"allow-all","__proto__":{"deny":[]}}')],
    ['layer', { layer: 'landlock', base: 'allow-all' }],
    ['base', {}],
    ['base', { base: 'constructor' }],
    ['deny', { base: 'allow-all', deny: 'mount' }],
    ['deny[1]', { base: 'allow-all', deny: ['mount', 'muont'] }],
    ['deny[0]', { base: 'allow-all', deny: ['@muont'] }],
    ['deny[0]', { base: 'allow-all', deny: ['constructor'] }],
    ['allow', { base: 'allow-all', allow: ['mount'], deny: ['mount'] }],
    ['rules[0]', { base: 'allow-all', rules: ['read'] }],
    ['rules[0].syscall', rule({ syscall: '@mount' })],
    ['rules[0].action', rule({ action: 'deny' })],
    ['rules[0].action', rule({ action: undefined })],
    ['rules[0].action.errno', rule({ action: 'errno' })],
    ['rules[0].action.errno', rule({ action: { action: 'errno', errno: 'EPREM' } })],
    ['rules[0].action.errno', rule({ action: { action: 'errno', errno: 0 } })],
    ['rules[0].action.errno', rule({ action: { action: 'errno', errno: 4096 } })],
    ['rules[0].action.errno', rule({ action: { action: 'allow', errno: 1 } })],
    ['rules[0].action.data', rule({ action: { action: 'trap', data: 65_536 } })],
    ['rules[0].when', rule({ when: {} })],
    ['rules[0].when', rule({ when: Array.from({ length: 49 }, () => arg(0).eq32(0)) })],
    ['rules[0].when[0].arg', when({ arg: 6 })],
    ['rules[0].when[0].arg', when({ arg: '1' })],
    ['rules[0].when[0].compare', when({ compare: 'eq' })],
    ['rules[0].when[0].value', when({ value: -1 })],
    ['rules[0].when[0].value', when({ value: 2 ** 32 })],
    ['rules[0].when[0].value', when({ value: 1.5 })],
    ['rules[0].when[0].value', when({ compare: 'eq64', value: 2 ** 53 })],
    ['rules[0].when[0].value', when({ compare: 'eq64', value: '0x10000000000000000' })],
    ['rules[0].when[0].value', when({ compare: 'eq64', value: '18446744073709551616' })],
    ['rules[0].when[0].mask', when({ mask: 1 })],
    ['rules[0].when[0].mask', when({ compare: 'maskedEq32' })],
    ['sockets[0]', { base: 'allow-all', sockets: ['AF_NETLNIK'] }],
    ['denied', { base: 'deny-all', denied: 'log' }],
    ['unknown', { base: 'deny-all', unknown: 'ENOSYS' }],
    ['architectures', { base: 'deny-all', architectures: [] }],
    ['architectures[0]', { base: 'deny-all', architectures: ['x64'] }],
    ['level', { base: 'deny-all', level: 'off' }],
  ])('names %s as the place of what is wrong in %j', (path, options) => {
    expect(() => policy(options as unknown as SeccompOptions)).toThrow(
      expect.objectContaining({
        name: 'SandboxError',
        layer: 'seccomp',
        step: 'policy',
        path,
        hint: expect.any(String),
      }),
    );
  });
});

describe('a shared value', () => {
  const isDeepFrozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));

  it('is frozen all the way down in presets', () => {
    expect(isDeepFrozen(presets)).toBe(true);
    expect(isDeepFrozen(policy({ base: 'deny-all', rules: [{ syscall: 'read', action: 'allow' }] }))).toBe(true);
  });

  it.each<[string, unknown, SeccompOptions]>([
    ['base', 'allow-all', {} as SeccompOptions],
    ['errno', 'EACCES', { base: 'deny-all', denied: 'errno' as never }],
    ['action', 'allow', { base: 'deny-all', denied: {} as never }],
  ])('takes no %s from Object.prototype', (key, value, options) => {
    polluted(key, value, () => {
      expect(() => policy(options)).toThrow(expect.objectContaining({ name: 'SandboxError' }));
    });
  });

  it.each<[string, unknown]>([
    ['allow', ['mount']],
    ['sockets', 'any'],
    ['when', [{ arg: 0, compare: 'eq32', value: 9 }]],
    ['mask', 0],
    ['data', 9],
  ])('decides the same with %s on Object.prototype', (key, value) => {
    const rules = [
      { syscall: 'ioctl', when: [{ arg: 1, compare: 'eq32', value: 0x5413 }], action: errno('EACCES') },
      { syscall: 'read', action: 'trap' },
    ] as never;
    const answers = () => {
      const filter = compile(policy({ base: 'deny-dangerous', rules }));
      const calls: [string, number][] = [
        ['ioctl', 0x5413],
        ['ioctl', 0x5412],
        ['mount', 0],
        ['socket', 0],
        ['read', 0],
        ['getpid', 0],
      ];
      return calls.map(([syscall, one]) => JSON.stringify(simulate(filter, { syscall, args: [17, one] }).action));
    };
    const clean = answers();
    polluted(key, value, () => expect(answers()).toEqual(clean));
  });

  function polluted(key: string, value: unknown, run: () => void): void {
    const shared: object = Object.prototype;
    Object.defineProperty(shared, key, { value, configurable: true, writable: true });
    try {
      run();
    } finally {
      Reflect.deleteProperty(shared, key);
    }
  }
});
