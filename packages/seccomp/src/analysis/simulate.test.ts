import { describe, expect, it } from 'vitest';

import {
  allow,
  describeAction,
  errno,
  killProcess,
  killThread,
  log,
  trace,
  trap,
  userNotify,
} from '../policy/actions.js';
import { decodeAction, encodeAction } from '../policy/actions.js';
import { arg } from '../policy/conditions.js';
import { compile } from '../compiler/compile.js';
import { linuxErrnoName } from '../tables/errnos.js';
import { explain } from './explain.js';
import { policy } from '../policy/policy.js';
import type { SeccompOptions } from '../policy/options.js';
import { simulate } from './simulate.js';
import type { SimulatedCall } from './simulated-call.js';

const answer = (options: SeccompOptions, call: SimulatedCall) => {
  const { action, rule } = simulate(compile(policy(options)), call);
  return `${describeAction(action)}: ${rule}`;
};

describe('simulate', () => {
  it.each<[SeccompOptions['base'], SimulatedCall, string]>([
    ['deny-dangerous', { syscall: 'mount' }, 'errno EPERM: deny-dangerous: @deny-dangerous'],
    ['deny-dangerous', { syscall: 'getppid' }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'clone3' }, "errno ENOSYS: arguments of clone3 can't be filtered"],
    ['deny-dangerous', { syscall: 'clone', args: [0x1_0000_0000n] }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'clone', args: [0x1000_0000] }, 'errno EPERM: deny-dangerous rule 3'],
    ['deny-dangerous', { syscall: 'ioctl', args: [0, 0xffff_ffff_0000_5412n] }, 'errno EPERM: deny-dangerous rule 0'],
    ['deny-dangerous', { syscall: 'socket', args: [38, 5, 0] }, 'errno EAFNOSUPPORT: sockets'],
    // AF_INET with SOCK_PACKET, and with its flags: the kernel makes a socket of AF_PACKET.
    ['deny-dangerous', { syscall: 'socket', args: [2, 10, 0x300] }, 'errno EAFNOSUPPORT: sockets'],
    ['deny-dangerous', { syscall: 'socket', args: [0x1_0000_0002n, 0o2004000 | 10, 0] }, 'errno EAFNOSUPPORT: sockets'],
    ['deny-dangerous', { syscall: 'socket', args: [10, 10, 0] }, 'allow: deny-dangerous: other calls'],
    ['network-client', { syscall: 'socket', args: [2, 10, 0] }, 'errno EAFNOSUPPORT: sockets'],
    ['allow-all', { syscall: 'socket', args: [2, 10, 0] }, 'allow: allow-all: other calls'],
    ['deny-dangerous', { syscall: 'socket', args: [16, 3, 0] }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'socket', args: [16, 3, 12] }, 'errno EPROTONOSUPPORT: deny-dangerous rule 4'],
    ['deny-dangerous', { syscall: 'io_uring_setup' }, 'errno EPERM: deny-dangerous: @deny-dangerous'],
    ['deny-dangerous', { syscall: 600 }, 'errno ENOSYS: unknown number'],
    ['deny-dangerous', { syscall: 0xffff_ffff }, 'errno ENOSYS: x32'],
    ['deny-dangerous', { syscall: 0x4000_0000 }, 'errno ENOSYS: x32'],
    ['deny-dangerous', { syscall: 0x4000_0000, arch: 'aarch64' }, 'errno ENOSYS: unknown number'],
    ['deny-dangerous', { syscall: 'read', arch: 'i386' }, 'kill-process: foreign architecture i386'],
    ['network-client', { syscall: 'fork' }, 'errno EPERM: network-client: other calls'],
    ['network-client', { syscall: 'clone', args: [0x3d_0f00] }, 'allow: network-client rule 0'],
    ['network-client', { syscall: 'clone', args: [0x11] }, 'errno EPERM: network-client: other calls'],
    ['network-client', { syscall: 'clone', args: [0x1001_0000] }, 'errno EPERM: network-client: other calls'],
    ['network-client', { syscall: 'socket', args: [2, 1, 262] }, 'errno EPROTONOSUPPORT: network-client rule 16'],
    ['network-client', { syscall: 'socket', args: [2, 5, 0] }, 'errno ESOCKTNOSUPPORT: network-client rule 15'],
    ['network-client', { syscall: 'socket', args: [2, 0x80801, 6] }, 'allow: network-client: @network-client'],
    ['network-client', { syscall: 'sendto', args: [3, 0, 1, 0x2000_4000] }, 'errno EOPNOTSUPP: network-client rule 17'],
    ['network-client', { syscall: 'setsockopt', args: [3, 6, 30] }, 'errno EOPNOTSUPP: network-client rule 20'],
    ['network-client', { syscall: 'setsockopt', args: [3, 1, 30] }, 'allow: network-client: @network-client'],
    ['network-client', { syscall: 'execve' }, 'allow: network-client: @network-client'],
    ['network-client-running', { syscall: 'execve' }, 'errno EPERM: network-client-running: other calls'],
    ['network-client-running', { syscall: 'execveat' }, 'errno EPERM: network-client-running: other calls'],
    ['network-client', { syscall: 'bind' }, 'errno EPERM: network-client: other calls'],
    // AF_UNIX: no socket, and pairs that are connected for good, whatever flags their type has.
    ['deny-dangerous', { syscall: 'socket', args: [1, 1, 0] }, 'errno EAFNOSUPPORT: deny-dangerous rule 6'],
    [
      'deny-dangerous',
      { syscall: 'socket', args: [0x1_0000_0001n, 2, 0] },
      'errno EAFNOSUPPORT: deny-dangerous rule 6',
    ],
    ['deny-dangerous', { syscall: 'socketpair', args: [1, 0x80801, 0] }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'socketpair', args: [1, 0x80005, 0] }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'socketpair', args: [1, 0x80802, 0] }, 'errno EAFNOSUPPORT: deny-dangerous rule 7'],
    ['deny-dangerous', { syscall: 'socketpair', args: [1, 3, 0] }, 'errno EAFNOSUPPORT: deny-dangerous rule 7'],
    ['network-client', { syscall: 'socketpair', args: [1, 2, 0] }, 'errno EAFNOSUPPORT: network-client rule 14'],
    ['deny-dangerous', { syscall: 'setpriority', args: [0, 4711, 5] }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'setpriority', args: [2, 0, 5] }, 'errno EPERM: deny-dangerous rule 14'],
    ['deny-dangerous', { syscall: 'ioprio_set', args: [1, 0, 0] }, 'allow: deny-dangerous: other calls'],
    ['deny-dangerous', { syscall: 'shmget' }, 'errno EPERM: deny-dangerous: @deny-dangerous'],
    ['allow-all', { syscall: 'mount' }, 'allow: allow-all: other calls'],
    ['deny-all', { syscall: 'exit_group' }, 'errno EPERM: deny-all: other calls'],
  ])('%s gives the right answer, case %#', (base, call, expected) => {
    expect(answer({ base }, call)).toBe(expected);
  });

  it.each(['deny-dangerous', 'network-client'] as const)('%s delays no process that opens a file', (base) => {
    for (const request of [1024, 1040, 1026]) {
      expect(answer({ base }, { syscall: 'fcntl', args: [3, request, 0] })).toContain('errno EPERM');
    }
    // F_GETLEASE asks.
    expect(answer({ base: 'deny-dangerous' }, { syscall: 'fcntl', args: [3, 1025] })).toContain('allow');
  });

  it('puts no other process at nice 19', () => {
    const base = 'deny-dangerous';
    for (const who of [1, 2]) {
      expect(answer({ base }, { syscall: 'setpriority', args: [who, 0, 19] })).toContain('errno EPERM');
      expect(answer({ base }, { syscall: 'ioprio_set', args: [who + 1, 0, 0] })).toContain('errno EPERM');
    }
  });

  it('lets a name outweigh a group, and deny outweigh allow', () => {
    const lists: SeccompOptions = { base: 'deny-all', allow: ['@basic-io', 'umount2'], deny: ['@mount', '@io-event'] };
    expect(answer(lists, { syscall: 'read' })).toBe('allow: allow @basic-io');
    expect(answer(lists, { syscall: 'umount2' })).toBe('allow: allow umount2');
    expect(answer(lists, { syscall: 'mount' })).toBe('errno EPERM: deny @mount');
    const both: SeccompOptions = { base: 'allow-all', allow: ['@system-service'], deny: ['@process'] };
    expect(answer(both, { syscall: 'fork' })).toBe('errno EPERM: deny @process');
  });

  it('applies the first matching rule, and denies a denied call with all arguments', () => {
    const rules = [
      { syscall: 'ioctl', when: [arg(1).eq32(0x5401)], action: allow },
      { syscall: 'ioctl', when: [arg(1).le32(0x5402)], action: errno('ENOTTY') },
    ];
    const options: SeccompOptions = { base: 'network-client', deny: ['ioctl'], rules };
    expect(answer(options, { syscall: 'ioctl', args: [0, 0x5401] })).toBe('allow: rules[0]');
    expect(answer(options, { syscall: 'ioctl', args: [0, 0x5402] })).toBe('errno ENOTTY: rules[1]');
    // A request that the preset allows.
    expect(answer(options, { syscall: 'ioctl', args: [0, 0x5421] })).toBe('errno EPERM: deny ioctl');
  });

  it('closes the detours of i386', () => {
    const options: SeccompOptions = { base: 'allow-all', sockets: ['AF_INET'], architectures: ['x86_64', 'i386'] };
    expect(answer(options, { syscall: 'socketcall', arch: 'i386' })).toContain('ENOSYS');
    expect(answer({ ...options, sockets: 'any' }, { syscall: 'socketcall', arch: 'i386' })).toContain('allow');
    expect(answer({ ...options, deny: ['shmget'] }, { syscall: 'ipc', arch: 'i386' })).toContain('ENOSYS');
  });

  it('names unknown calls and architectures', () => {
    const filter = compile(policy({ base: 'allow-all', architectures: ['x86_64'] }));
    expect(() => simulate(filter, { syscall: 'vm86' })).toThrow(expect.objectContaining({ code: 'unknown-syscall' }));
    const elsewhere = { syscall: 'read', arch: 'aarch64' } as const;
    expect(() => simulate(filter, elsewhere)).toThrow(expect.objectContaining({ code: 'no-program' }));
  });
});

describe('a simulated call', () => {
  const filter = compile(policy({ base: 'deny-dangerous', architectures: ['x86_64', 'i386'] }));

  it.each<[path: string, call: unknown]>([
    ['call', null],
    ['call', 'read'],
    ['syscall', {}],
    ['syscall', { syscall: Number.NaN }],
    ['syscall', { syscall: 1.5 }],
    ['syscall', { syscall: -1 }],
    ['syscall', { syscall: 2 ** 32 }],
    ['syscall', { syscall: Number.POSITIVE_INFINITY }],
    ['syscall', { syscall: 1n }],
    ['arch', { syscall: 'read', arch: 'x64' }],
    ['arch', { syscall: 'read', arch: 'constructor' }],
    ['arch', { syscall: 'read', arch: null }],
    ['args', { syscall: 'read', args: 1 }],
    ['args', { syscall: 'read', args: null }],
    ['args', { syscall: 'read', args: [0, 1, 2, 3, 4, 5, 6] }],
    ['args[0]', { syscall: 'read', args: [-1] }],
    ['args[1]', { syscall: 'read', args: [0, Number.NaN] }],
    ['args[2]', { syscall: 'read', args: [0, 0, 1.5] }],
    ['args[0]', { syscall: 'read', args: [2 ** 53] }],
    ['args[0]', { syscall: 'read', args: ['1'] }],
    ['args[0]', { syscall: 'read', args: [undefined] }],
    ['args[0]', { syscall: 'read', args: [-1n] }],
    ['args[5]', { syscall: 'read', args: [0, 0, 0, 0, 0, 2n ** 64n] }],
    ['args[0]', { syscall: 'read', arch: 'i386', args: [2n ** 32n] }],
  ])('names %s as the place of what is wrong in case %#', (path, call) => {
    expect(() => simulate(filter, call as SimulatedCall)).toThrow(
      expect.objectContaining({ code: 'invalid-call', step: 'simulate', path, message: expect.stringContaining(path) }),
    );
  });

  it('accepts whole registers, and nothing wider', () => {
    const top = 2n ** 64n - 1n;
    expect(simulate(filter, { syscall: 0xffff_ffff, args: [top, top, top, top, top, top] }).rule).toBe('x32');
    expect(simulate(filter, { syscall: 'socket', arch: 'i386', args: [2 ** 32 - 1] }).rule).toBe('sockets');
  });
});

describe('actions', () => {
  it.each([
    [allow, 0x7fff_0000],
    [log, 0x7ffc_0000],
    [trace(5), 0x7ff0_0005],
    [userNotify, 0x7fc0_0000],
    [errno('EPERM'), 0x0005_0001],
    [errno(4095), 0x0005_0fff],
    [trap(), 0x0003_0000],
    [killThread, 0],
    [killProcess, 0x8000_0000],
  ])('%j is encoded as in the kernel', (action, bits) => {
    expect(encodeAction(action)).toBe(bits);
    expect(decodeAction(bits)).toEqual(action);
  });

  it('has the error names of Linux on every platform', () => {
    expect([linuxErrnoName(11), linuxErrnoName(35), linuxErrnoName(38)]).toEqual(['EAGAIN', 'EDEADLK', 'ENOSYS']);
    expect(errno('EWOULDBLOCK')).toEqual({ action: 'errno', errno: 'EAGAIN' });
  });
});

describe('explain', () => {
  it('names the rule of each comparison and what each end answers', () => {
    const rules = [{ syscall: 'ioctl', when: [arg(1).eq32(0x5412)], action: errno('EACCES') }];
    const text = explain(compile(policy({ base: 'allow-all', rules, architectures: ['x86_64'] })));
    expect(text).toMatchInlineSnapshot(`
      "x86_64 (x86_64): 13 instructions
          0  load  [4]                         arch
          1  jeq   0xc000003e ? 3 : 2          arch == x86_64
          2  ret   kill-process                kill-process
          3  load  [0]                         nr
          4  jge   0x151 ? 5 : 8               nr >= 337 (unknown)
          5  jge   0x1a8 ? 6 : 7               nr >= 424 (pidfd_send_signal)
          6  jge   0x1d9 ? 7 : 12              nr >= 473 (unknown)
          7  ret   errno ENOSYS                errno ENOSYS
          8  jeq   0x10 ? 9 : 12               nr == 16 (ioctl)
          9  load  [24]                        arg1, low half
         10  jeq   0x5412 ? 11 : 12            ioctl: rules[0]: arg1 == 0x5412 (32 bits)
         11  ret   errno EACCES                errno EACCES
         12  ret   allow                       allow
      "
    `);
  });

  it('numbers instructions as simulate traces them', () => {
    const filter = compile(policy({ base: 'network-client', architectures: ['x86_64'] }));
    const lines = explain(filter).split('\n').slice(1);
    const { trace: steps } = simulate(filter, { syscall: 'sendto', args: [0, 0, 0, 0x2000_0000] });
    const executed = steps.map((index) => lines[index] ?? '');
    expect(executed[0]).toContain('arch');
    expect(executed.at(-2)).toContain('network-client rule 17');
    expect(executed.at(-1)).toContain('ret   errno EOPNOTSUPP');
  });
});

describe('detours', () => {
  const actionOf = (options: SeccompOptions, syscall: string, arch: 'x86_64' | 'i386' = 'x86_64') =>
    simulate(compile(policy(options)), { syscall, arch, args: [0x1000_0000] }).action;
  const open = { action: 'allow' };
  const closed = { action: 'errno', errno: 'ENOSYS' };
  const clones = { syscall: 'clone', when: [arg(0).eq32(1)], action: errno('EPERM') };

  it.each(['clone3', 'socketcall', 'ipc'])('stays closed if %s has its own rule', (detour) => {
    const rules = [clones, { syscall: detour, when: [arg(5).eq32(7)], action: errno('EPERM') }];
    const options = { base: 'allow-all', deny: ['socket', 'shmget'], architectures: ['x86_64', 'i386'] } as const;
    expect(actionOf({ ...options, rules }, detour, 'i386')).toEqual(closed);
    expect(actionOf({ ...options, rules, allow: [detour] }, detour, 'i386')).toEqual(open);
  });

  it.each<[string, SeccompOptions]>([
    ['sockets', { base: 'allow-all', sockets: ['AF_UNIX'] }],
    ...['socket', 'connect', 'open', 'openat', 'openat2', 'unlinkat'].map((name): [string, SeccompOptions] => [
      name,
      { base: 'allow-all', deny: [name] },
    ]),
  ])('closes io_uring if %s is restricted', (_name, options) => {
    for (const call of ['io_uring_setup', 'io_uring_enter', 'io_uring_register']) {
      expect(actionOf(options, call)).toEqual(closed);
      expect(actionOf({ ...options, allow: [call] }, call)).toEqual(open);
      expect(actionOf({ ...options, allow: ['@io-uring'] }, call)).toEqual(open);
    }
    expect(actionOf({ base: 'allow-all', deny: ['reboot'] }, 'io_uring_setup')).toEqual(open);
  });

  it.each<[string, SeccompOptions]>([
    ['the group', { base: 'allow-all', deny: ['@namespaces'] }],
    ['the call', { base: 'allow-all', deny: ['unshare'] }],
    ['a rule', { base: 'allow-all', rules: [{ syscall: 'unshare', action: errno('EPERM') }] }],
    ['the call beside another rule', { base: 'allow-all', deny: ['unshare'], rules: [clones] }],
  ])('creates no namespaces by clone if unshare is denied by %s', (_name, options) => {
    expect(actionOf(options, 'clone')).toEqual({ action: 'errno', errno: 'EPERM' });
    expect(actionOf(options, 'clone3')).toEqual(closed);
    expect(simulate(compile(policy(options)), { syscall: 'clone', args: [0x3d_0f00] }).action).toEqual(open);
  });
});
