import { describe, expect, it } from 'vitest';

import type { LandlockPolicy } from './options.js';
import { path, ro, rw } from './paths.js';
import { plan } from './plan.js';
import { policy } from './policy.js';
import { requirePolicy } from './require-policy.js';
import { supportFrom } from './support.js';

const made = policy({
  abi: 10,
  paths: [
    rw('./out', { refer: true, quiet: true }),
    ro(Uint8Array.of(0x2f, 0xff), { optional: true }),
    path('/x', ['read_dir']),
  ],
  net: { connectTcp: [443], bindTcp: [0, 80], bindUdp: [] },
  scope: ['signal'],
  log: { sameExec: false, newExec: true },
  require: ['fs', 'net.connect_tcp'],
});
const travelled = (): LandlockPolicy => JSON.parse(JSON.stringify(made)) as LandlockPolicy;

describe('requirePolicy', () => {
  it.each([
    made,
    policy({ abi: 1, paths: [] }),
    policy({ abi: 7, scope: ['signal'] }),
    policy({ abi: 12, paths: [path('/x', ['unsafe_unknown_bit_17'])], net: { unsafe_unknown_bit_4: [1] } }),
    policy({ abi: 7, handle: ['execute'], paths: [path('/x', ['execute'])] }),
  ])('takes a policy after a journey as JSON (%#)', (one) => {
    const back = requirePolicy(JSON.parse(JSON.stringify(one)) as LandlockPolicy);
    expect(back).toEqual(one);
    expect(Object.isFrozen(back)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['an empty object', {}],
    ['another layer', { ...travelled(), layer: 'seccomp' }],
    ['a policy without its paths', { ...travelled(), paths: undefined }],
    ['a policy that handles nothing any more', { ...travelled(), handled: { fs: [], net: [] } }],
    ['a policy whose ABI was raised past what is known', { ...travelled(), abi: 99 }],
    ['a policy with an unknown key', { ...travelled(), allow: true }],
    ['a requirement that nothing asks for', { ...travelled(), require: ['fs.everything'] }],
    ['a port that is none', { ...travelled(), ports: [{ port: 70_000, rights: ['connect_tcp'] }] }],
    [
      'a port for a right that is not restricted',
      { ...travelled(), ports: [{ port: 7, rights: ['connect_send_udp'] }] },
    ],
    [
      'a rule with a right that does not exist',
      { ...travelled(), paths: [{ ...travelled().paths[0], rights: ['everything'] }] },
    ],
    ['a boolean that is text', { ...travelled(), paths: [{ ...travelled().paths[0], optional: 'false' }] }],
    ['a boolean that is a number', { ...travelled(), paths: [{ ...travelled().paths[0], quiet: 1 }] }],
    ['a text where true or false is meant', { ...travelled(), paths: [{ ...travelled().paths[0], exact: 'yes' }] }],
    ['a rule with an unknown key', { ...travelled(), paths: [{ ...travelled().paths[0], refer: true }] }],
    ['a path with a NUL', { ...travelled(), paths: [{ ...travelled().paths[0], path: '/a\0b' }] }],
  ])('refuses %s', (_name, bad) => {
    expect(() => requirePolicy(bad as LandlockPolicy)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
    expect(() => plan(bad as LandlockPolicy, supportFrom(7, 0))).toThrow(
      expect.objectContaining({ code: 'invalid-policy' }),
    );
  });
});
