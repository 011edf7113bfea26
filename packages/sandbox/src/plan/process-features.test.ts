import { describe, expect, it } from 'vitest';

import { definePolicy } from '../policy/define.js';
import type { SandboxOptions } from '../policy/options.js';
import { processFeatures, rlimitsOf } from './process-features.js';

const states = (options: SandboxOptions, launcher: boolean) =>
  Object.fromEntries(
    processFeatures(definePolicy(options), launcher).map(({ feature, state }) => [feature, state] as const),
  );

describe('processFeatures', () => {
  it.each<[SandboxOptions, Record<string, string>]>([
    [{}, { environment: 'enforced', descriptors: 'enforced', new_session: 'enforced', die_with_parent: 'enforced' }],
    [{}, { 'rlimit.core': 'enforced' }],
    [
      { newSession: false, dieWithParent: false },
      { new_session: 'off', die_with_parent: 'off' },
    ],
    [{ rlimits: { nofile: 64 } }, { 'rlimit.nofile': 'enforced', 'rlimit.core': 'enforced' }],
    [
      { umask: 0, cwd: '/' },
      { umask: 'enforced', cwd: 'enforced' },
    ],
  ])('with a launcher: %j', (options, expected) => {
    expect(states(options, true)).toMatchObject(expected);
  });

  it('has no line for what is not asked for', () => {
    expect(Object.keys(states({}, true))).not.toEqual(expect.arrayContaining(['umask']));
    expect(Object.keys(states({}, true))).not.toEqual(expect.arrayContaining(['cwd']));
  });

  it('without a launcher has what child_process can do', () => {
    expect(states({ umask: 0, cwd: '/' }, false)).toEqual({
      environment: 'enforced',
      new_session: 'enforced',
      umask: 'enforced',
      cwd: 'enforced',
      descriptors: 'unsupported',
      die_with_parent: 'unsupported',
      'rlimit.core': 'unsupported',
    });
  });

  it.each<[SandboxOptions, RegExp]>([
    [{ rlimits: { nofile: 1 } }, /asks for rlimits/],
    [{ dieWithParent: true }, /asks for dieWithParent/],
    [{ keepDescriptors: [3] }, /asks for keepDescriptors/],
  ])('without a launcher refuses %j, unless it is only preferred', (options, message) => {
    expect(() => states(options, false)).toThrow(message);
    expect(() => states({ ...options, prefer: ['process'] }, false)).not.toThrow();
    expect(() => states(options, true)).not.toThrow();
  });

  it('forbids core dumps unless told otherwise', () => {
    expect(rlimitsOf(definePolicy({}))).toEqual({ core: 0 });
    expect(rlimitsOf(definePolicy({ rlimits: { core: 'unlimited', cpu: 1 } }))).toEqual({ core: 'unlimited', cpu: 1 });
  });
});
