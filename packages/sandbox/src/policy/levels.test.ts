import { describe, expect, it } from 'vitest';

import { definePolicy } from './define.js';
import { layerLevel, levelOf, levelsOf } from './levels.js';

describe('levels', () => {
  it.each([
    [{}, 'seccomp', 'require'],
    [{}, 'caps.capabilities', 'require'],
    [{}, 'caps.bounding', 'prefer'],
    [{}, 'caps.securebits', 'prefer'],
    [{}, 'landlock.net.connect_tcp', 'require'],
    [{ prefer: ['landlock'] }, 'landlock.net.connect_tcp', 'prefer'],
    [{ prefer: ['landlock'], require: ['landlock.net'] }, 'landlock.net.connect_tcp', 'require'],
    [{ prefer: ['landlock'], require: ['landlock.net'] }, 'landlock.fs.execute', 'prefer'],
    [{ require: ['landlock.net'], off: ['landlock.net.connect_tcp'] }, 'landlock.net.connect_tcp', 'off'],
    [{ require: ['caps'] }, 'caps.bounding', 'require'],
    [{ off: ['caps.bounding'] }, 'caps.securebits', 'prefer'],
    [{ off: ['seccomp'] }, 'caps', 'require'],
    [{ prefer: ['landlock.net'] }, 'landlock.network', 'require'],
  ] as const)('of %j: %s is %s', (options, name, expected) => {
    expect(levelOf(levelsOf(options), name)).toBe(expected);
  });

  it('of a whole layer is never off', () => {
    expect(layerLevel(levelsOf({ prefer: ['seccomp'] }), 'seccomp')).toBe('prefer');
    expect(layerLevel(levelsOf({ off: ['seccomp'] }), 'seccomp')).toBe('require');
    expect(layerLevel(levelsOf({}), 'seccomp')).toBe('require');
  });

  it.each([
    [{ require: ['landlok'] }, /require\[0\] names an unknown layer: "landlok"\. Use one of: process, privdrop, caps/],
    [{ require: ['seccomp.filter'] }, /names an unknown feature of seccomp/],
    [{ require: ['caps.no_new_privs'] }, /Use one of: caps, caps\.capabilities/],
    [{ prefer: ['Caps'] }, /names an unknown layer/],
    [{ require: ['caps', 'caps'] }, /require\[1\] occurs twice: "caps"/],
    [{ require: ['caps'], prefer: ['caps'] }, /prefer and require both name caps/],
    [{ off: ['process'] }, /or set newSession/],
    [{ off: [''] }, /names an unknown layer: ""/],
    [{ prefer: ['landlock.\0'] }, /names an unknown feature of landlock/],
  ])('refuses %j', (options, message) => {
    expect(() => definePolicy(options)).toThrow(message);
  });
});
