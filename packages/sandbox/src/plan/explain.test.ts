import { arg } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { ordinary, root, withLandlock } from '../../test/machines.js';
import { definePolicy } from '../policy/define.js';
import { explainSandbox } from './explain.js';
import { layerPolicies } from './layers.js';
import type { SandboxOptions } from '../policy/options.js';
import { planSandbox, type SandboxSupport } from './plan.js';

function explained(options: SandboxOptions, support: SandboxSupport = root): string {
  const policy = definePolicy(options);
  const layers = layerPolicies(policy);
  return explainSandbox(policy, layers, planSandbox(policy, layers, support));
}

describe('explainSandbox', () => {
  it.each<[SandboxOptions, RegExp]>([
    [{}, /^user +unchanged$/m],
    [
      { landlock: { preset: 'minimal', paths: [{ rx: '/srv' }, { rx: ['/lib', '/srv'] }] } },
      /^redundant +landlock\.paths\[1\] grants nothing for \/srv that is not granted already$/m,
    ],
    [
      { landlock: { paths: [{ ro: ['/usr', '/srv'], optional: true }] } },
      /^redundant +landlock\.paths\[0\] grants nothing for \/usr that is not granted already$/m,
    ],
    [
      { landlock: { preset: 'minimal', paths: [{ rw: '/srv' }, { rx: '/srv/bin' }] } },
      /^replaceable +landlock\.paths\[1\] names \/srv\/bin, which the program can replace for its next start$/m,
    ],
    [{ user: 65_534 }, /^user +nobody \(uid 65534, gid 65534, no other groups\)$/m],
    [{ user: 65_534, groups: [27] }, /groups 27\)$/m],
    [{}, /^capabilities +none; no_new_privs$/m],
    [{ caps: { keep: ['cap_net_raw'] } }, /^capabilities +cap_net_raw; no_new_privs$/m],
    [{ caps: 'off' }, /^capabilities +unchanged; no_new_privs$/m],
    [
      {},
      /^files +read everything now in \/, except \/dev and credentials; \/dev\/null \/dev\/full \/dev\/random \/dev\/urandom \/dev\/zero\n +execute everything now in \/, except \/dev and credentials\n +write \/dev\/null$/m,
    ],
    [
      { landlock: { paths: [{ rwx: '/srv' }] } },
      /^ +execute everything now in \/, except \/dev and credentials; \/srv\n +write \/dev\/null \/srv$/m,
    ],
    [{ landlock: { preset: 'none', paths: [] } }, /^files +read nothing\n +execute nothing\n +write nothing$/m],
    [{}, /^links +in the path of a rule: another program of the same user may have placed one$/m],
    [
      { user: 65_534 },
      /^links +in the path of a rule: followed if only root can place them, or to what another rule grants$/m,
    ],
    [
      { landlock: 'off' },
      /^files +not restricted\nnetwork +connect_tcp: any port; bind_tcp: any port; UDP: not restricted\nisolation +none$/m,
    ],
    [{}, /^network +connect_tcp: any port; bind_tcp: no port; UDP: not restricted$/m],
    [
      { landlock: { abi: 10, net: { connectSendUdp: [53] } }, prefer: ['landlock'] },
      /^network +connect_tcp: any port; bind_tcp: no port; connect_send_udp: 53; UDP: not restricted$/m,
    ],
    [{ landlock: 'minimal' }, /^files +read (?!everything now in)[^;]*\/usr\/lib /m],
    [{ landlock: { net: { connectTcp: [80, 443] } } }, /connect_tcp: 80, 443/],
    [{}, /^isolation +cannot signal processes or use abstract sockets outside the sandbox$/m],
    [{}, /^system calls +deny-dangerous; .*sockets: AF_INET AF_INET6 AF_NETLINK AF_UNIX$/m],
    [
      { seccomp: { base: 'allow-all', deny: ['open'], sockets: 'any' } },
      /allow-all; no change of modes, [a-z, ]+; denied too: open; sockets: any$/m,
    ],
    [
      {
        seccomp: {
          base: 'deny-dangerous',
          rules: [{ syscall: 'fchmodat', when: [arg(2).eq32(7)], action: { action: 'allow' } }],
        },
      },
      /^system calls +deny-dangerous; denied too: chmod /m,
    ],
    [
      { seccomp: { base: 'deny-dangerous', rules: [{ syscall: 'ioctl', when: [], action: { action: 'log' } }] } },
      /^system calls +deny-dangerous; denied too: chmod /m,
    ],
    [{ seccomp: { base: 'deny-dangerous', allow: ['ioctl'] } }, /^system calls +deny-dangerous; denied too: chmod /m],
    [{ seccomp: 'off' }, /^system calls +not filtered$/m],
    [{ user: 65_534, off: ['privdrop'] }, /^user +unchanged: the policy names a user, but switches privdrop off$/m],
    [{}, /^process +its own session; ends with its starter; what it starts ends with it; limits: core 0$/m],
    [{ off: ['process.descendants'] }, /^process +its own session; ends with its starter; limits: core 0$/m],
    [{ execOnce: true }, /^process .*cannot execute another program/m],
    [{ newSession: false, dieWithParent: false }, /^process +in the session of its starter; may outlive its starter/m],
    [{ rlimits: { nofile: 64 } }, /limits: core 0, nofile 64$/m],
    [{}, /^in force +full$/m],
  ])('%j', (options, expected) => {
    expect(explained(options)).toMatch(expected);
  });

  it('says what is missing, and why', () => {
    expect(explained({}, ordinary)).toMatch(/^missing +caps\.bounding: \S/m);
    const old = explained({ prefer: ['landlock'] }, withLandlock(5));
    expect(old).toMatch(/^in force +partial\nmissing +process\.descendants: \S.*\nmissing +landlock\.scope\.\w+: \S/m);
    expect(explained({})).not.toMatch(/missing/);
  });
});
