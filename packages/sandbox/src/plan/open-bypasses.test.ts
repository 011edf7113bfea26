import { arg, type Machine, type SeccompOptions } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { ordinary, root } from '../../test/machines.js';
import { definePolicy } from '../policy/define.js';
import { layerPolicies } from './layers.js';
import { openBypasses, withBypass } from './open-bypasses.js';
import type { LandlockChoice, SandboxOptions } from '../policy/options.js';
import { planSandbox, type SandboxSupport } from './plan.js';

const system = ['@system-service'];
const ports = { net: { connectTcp: [443], bindTcp: [] } } as const;

/** What is open beside a filter on a kernel: by connecting, by binding, by metadata. */
function open(
  seccomp: SeccompOptions | 'off',
  landlock: LandlockChoice = ports,
  { machine = 'x86_64', abi = 9 }: { readonly machine?: Machine; readonly abi?: number } = {},
): readonly (string | undefined)[] {
  const layers = layerPolicies(definePolicy({ seccomp, landlock }));
  const bypasses = openBypasses(layers, { machine: seccomp === 'off' ? undefined : machine, abi });
  return ['net.connect_tcp', 'net.bind_tcp', 'fs.write_file'].map((name) => bypasses.get(`landlock.${name}`));
}

const closed = [undefined, undefined, undefined];
const through = 'because the filter allows them';
const others = 'MPTCP sockets, SMC sockets';
const ofFiles = "of the user's own files, for which Landlock has no right";
const fastOpen = 'TCP Fast Open (on a kernel without the fix of Linux 7.2)';
const everything = [
  `not for ${others}, ${fastOpen} and upper-layer protocols of TCP, ${through}`,
  `not for ${others} and listening on a free port without binding, ${through}`,
  `not for modes, owners, times, attributes, subvolumes, reflinks, encryption keys and shared blocks ${ofFiles}`,
];

describe('openBypasses', () => {
  it.each<[string, SeccompOptions]>([
    ['the default', { base: 'deny-dangerous' }],
    ['groups from deny-all', { base: 'deny-all', allow: system }],
    ['deny-all alone', { base: 'deny-all' }],
    ['allow-all', { base: 'allow-all' }],
    ['a client', { base: 'network-client' }],
    ['a client with every family', { base: 'network-client', sockets: 'any' }],
    ['i386, whose calls are filtered too', { base: 'deny-all', allow: system, architectures: ['x86_64', 'i386'] }],
    [
      'a rule that lets something harmless through',
      { base: 'allow-all', rules: [{ syscall: 'socket', when: [arg(0).eq32(1)], action: 'allow' }] },
    ],
  ])('finds none beside %s', (_name, options) => {
    expect(open(options)).toEqual(closed);
  });

  it.each<[string, SeccompOptions, readonly (string | undefined)[]]>([
    [
      'sockets by name',
      { base: 'deny-dangerous', allow: ['socket'], sockets: 'any' },
      [
        `not for MPTCP sockets and SMC sockets, ${through}`,
        `not for MPTCP sockets and SMC sockets, ${through}`,
        undefined,
      ],
    ],
    [
      'sockets by name, of some families',
      { base: 'deny-all', allow: [...system, 'socket'], sockets: ['AF_UNIX', 'AF_INET'] },
      [
        `not for MPTCP sockets and SMC sockets, ${through}`,
        `not for MPTCP sockets and SMC sockets, ${through}`,
        undefined,
      ],
    ],
    [
      'sockets that nothing can be done with',
      { base: 'deny-all', allow: ['socket', 'connect'] },
      [`not for MPTCP sockets and SMC sockets, ${through}`, undefined, undefined],
    ],
    [
      'listening by name',
      { base: 'deny-dangerous', allow: ['listen'] },
      [undefined, `not for listening on a free port without binding, ${through}`, undefined],
    ],
    [
      'sendmsg by name',
      { base: 'deny-all', allow: ['sendmsg'] },
      [`not for ${fastOpen}, ${through}`, undefined, undefined],
    ],
    ['chmod by name', { base: 'deny-dangerous', allow: ['chmod'] }, [undefined, undefined, `not for modes ${ofFiles}`]],
    [
      'times, attributes and subvolumes by name',
      { base: 'deny-all', allow: [...system, 'ioctl', 'utime'] },
      [
        undefined,
        undefined,
        `not for times, attributes, subvolumes, reflinks, encryption keys and shared blocks ${ofFiles}`,
      ],
    ],
    [
      'a rule of the caller',
      {
        base: 'deny-dangerous',
        rules: [{ syscall: 'socket', when: [arg(2).eq32(262), arg(1).eq32(0x8_0001)], action: 'allow' }],
      },
      [`not for MPTCP sockets, ${through}`, `not for MPTCP sockets, ${through}`, undefined],
    ],
    [
      'a rule on what may be anything',
      { base: 'deny-dangerous', rules: [{ syscall: 'fchmod', when: [arg(1).maskedNe32(0o700, 0)], action: 'log' }] },
      [undefined, undefined, `not for modes ${ofFiles}`],
    ],
    [
      'io_uring',
      { base: 'deny-all', allow: [...system, '@io-uring'] },
      [everything[0], everything[1], `not for attributes ${ofFiles}`],
    ],
    ['other architectures', { base: 'deny-dangerous', foreign: 'allow' }, everything],
    ['x32', { base: 'deny-dangerous', x32: 'log' }, everything],
  ])('finds what %s opens', (_name, options, expected) => {
    expect(open(options)).toEqual(expected);
  });

  it('knows what each machine has', () => {
    expect(open({ base: 'deny-dangerous', x32: 'allow' }, ports, { machine: 'aarch64' })).toEqual(closed);
    expect(open({ base: 'deny-dangerous', foreign: 'allow' }, ports, { machine: 'aarch64' })).toEqual(everything);
    // Calls that only x86-64 has.
    expect(open({ base: 'deny-dangerous', allow: ['chmod', 'utime'] }, ports, { machine: 'aarch64' })).toEqual(closed);
  });

  it('finds metadata, and no subvolumes, open beside what may be written', () => {
    const [, , write] = open({ base: 'deny-dangerous' }, { paths: [{ rw: '/tmp' }] });
    expect(write).toBe(`not for modes, owners, times and attributes ${ofFiles}`);
  });

  it('finds that listening needs no right where some port may be bound', () => {
    expect(open({ base: 'deny-dangerous' }, { net: { bindTcp: [8080] } })).toEqual([
      // Nothing is restricted there, so nobody asks.
      expect.anything(),
      `not for listening on a free port without binding, ${through}`,
      undefined,
    ]);
  });

  it('finds everything without a filter, and says why', () => {
    const [connect, bind, write] = open('off');
    expect([connect, bind]).toEqual(
      everything.slice(0, 2).map((text) => text.replace(through, 'because no filter denies them')),
    );
    expect(write).toBe(everything[2]);
  });

  it('finds TCP Fast Open open up to Landlock’s ABI 9 only', () => {
    const closedSince = [`not for ${others} and upper-layer protocols of TCP, because no filter denies them`];
    for (const abi of [10, 11, 12]) expect(open('off', ports, { abi }).slice(0, 1)).toEqual(closedSince);
    for (const abi of [4, 9]) expect(open('off', ports, { abi })[0]).toContain(fastOpen);
    expect(open({ base: 'deny-all', allow: ['sendmsg'] }, ports, { abi: 10 })).toEqual(closed);
  });

  it('adds to lines that are in force, and to what they say already', () => {
    const bypasses = new Map([['landlock.net.bind_tcp', 'not for x']]);
    const line = { layer: 'landlock', feature: 'net.bind_tcp', state: 'enforced' } as const;
    expect(withBypass(line, bypasses).reason).toBe('not for x');
    expect(withBypass({ ...line, reason: 'not verified' }, bypasses).reason).toBe('not verified; not for x');
    expect(withBypass({ ...line, state: 'off' }, bypasses).reason).toBeUndefined();
    expect(withBypass({ ...line, feature: 'net.connect_tcp' }, bypasses).reason).toBeUndefined();
  });
});

describe('lostByExec', () => {
  const keep = ['cap_chown', 'cap_kill'] as const;
  const capable: SandboxSupport = { ...ordinary, caps: root.caps };
  // Without CAP_SETPCAP.
  const present = { ...root.caps.present, effective: keep, permitted: [...keep, 'cap_fowner'] as const };
  const exact: SandboxSupport = { ...ordinary, caps: { ...root.caps, present: { ...present, permitted: keep } } };
  const unlockable: SandboxSupport = { ...root, caps: { ...root.caps, present } };

  it.each<[string, SandboxOptions, SandboxSupport, RegExp | undefined]>([
    ['of root, all that is ambient', { caps: { keep, ambient: keep } }, root, undefined],
    ['of root, what is not', { caps: { keep, ambient: ['cap_kill'] } }, root, /^not for cap_chown after/],
    ['of root that does not count', { caps: { keep } }, root, /^not for cap_chown and cap_kill after/],
    ['of root that counts', { caps: { keep, securebits: 'leave' } }, root, undefined],
    ['of root whose securebits can’t be locked', { caps: { keep, bounding: 'leave' } }, unlockable, undefined],
    ['of a user', { caps: { keep, securebits: 'leave' } }, capable, /^not for cap_chown and cap_kill after/],
    [
      'of a user who has no more',
      { caps: { keep, bounding: 'leave' } },
      exact,
      /^not for cap_chown and cap_kill after/,
    ],
    ['of another user', { user: 65_534, caps: { keep, securebits: 'leave' } }, root, /^not for cap_chown and cap_kill/],
  ])('%s', (_name, options, support, reason) => {
    const policy = definePolicy(options);
    const { features } = planSandbox(policy, layerPolicies(policy), support);
    const line = features.find(({ layer, feature }) => layer === 'caps' && feature === 'keep');
    expect(line?.state).toBe(support === exact ? 'already' : 'enforced');
    expect(line?.reason ?? '').toMatch(reason ?? /^$/);
  });
});
