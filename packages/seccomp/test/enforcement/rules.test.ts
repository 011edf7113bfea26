/* Every rule on arguments of every preset, in the kernel: control, denied, twin. */
import { createServer, type AddressInfo, type Server } from 'node:net';

import { type Attempt, missing, probe } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compile, policy, presets, type SeccompOptions, simulate, syscallNumber } from '../../src/index.js';
import { confiner, type Confiner, nobody } from '../support/confine.js';
import { untriedRules } from './unattempted.js';

const call = (name: string, ...args: (number | string)[]): Attempt => [
  'syscall',
  syscallNumber(name, 'x86_64') ?? -1,
  ...args,
];
const outcomes = async (attempts: readonly Attempt[]) => (await probe(attempts, nobody)).map(({ outcome }) => outcome);

/** CLONE_THREAD without CLONE_SIGHAND: no kernel makes a process of it, whatever else is asked. */
const impossibleClone = 0x1_0000;
const namespaces = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];

interface Leg {
  readonly attempt: Attempt;
  readonly control: string;
  readonly denied: string;
}

/** Of no process, group or user. */
const noId = 0x7fff_fff0;

/** AF_UNIX: neither a socket nor a pair of datagrams, which could be sent anywhere; a stream stays where it is. */
const unix: readonly Leg[] = [
  { attempt: ['socket', 1, 1, 0], control: 'OK', denied: 'EAFNOSUPPORT' },
  { attempt: ['socket', 1, 2, 0], control: 'OK', denied: 'EAFNOSUPPORT' },
  { attempt: ['socket', 1, 5, 0], control: 'OK', denied: 'EAFNOSUPPORT' },
  { attempt: call('socket', '0x7fffffff00000001', 1, 0), control: 'OK', denied: 'EAFNOSUPPORT' },
  { attempt: ['unix-pair', 2], control: 'OK', denied: 'EAFNOSUPPORT' },
  { attempt: ['unix-pair', 3], control: 'OK', denied: 'EAFNOSUPPORT' },
  {
    attempt: call('socketpair', '0x7fffffff00000001', '0x7fffffff00080802', 0, 0),
    control: 'EFAULT',
    denied: 'EAFNOSUPPORT',
  },
  { attempt: ['unix-pair', 1], control: 'OK', denied: 'OK' },
  { attempt: ['unix-pair', 5], control: 'OK', denied: 'OK' },
];

/** F_SETLEASE, F_SETDELEG and F_NOTIFY; F_GETLEASE asks only. */
const leases: readonly Leg[] = [
  ...[1024, 1040, 1026, '0x7fffffff00000400'].map((request): Leg => ({
    attempt: call('fcntl', -1, request, 0),
    control: 'EBADF',
    denied: 'EPERM',
  })),
  { attempt: call('fcntl', -1, 1025, 0), control: 'EBADF', denied: 'EBADF' },
];

/** Each rule of `deny-dangerous`, with what is let through beside it. */
const dangerous: readonly Leg[] = [
  ...['0x5412', '0x541c', '0x5423'].flatMap((request): Leg[] => [
    { attempt: call('ioctl', -1, request), control: 'EBADF', denied: 'EPERM' },
    // The upper half of an int argument means nothing to the kernel, and must not to the filter.
    { attempt: call('ioctl', -1, `0x7fffffff0000${request.slice(2)}`), control: 'EBADF', denied: 'EPERM' },
  ]),
  { attempt: call('ioctl', -1, '0x541b'), control: 'EBADF', denied: 'EBADF' },
  ...namespaces.map((flag): Leg => ({
    attempt: call('clone', flag | impossibleClone),
    control: 'EINVAL',
    denied: 'EPERM',
  })),
  { attempt: call('clone', `0x7fffffff10010000`), control: 'EINVAL', denied: 'EPERM' },
  // CLONE_PARENT.
  { attempt: call('clone', 0x8000 | impossibleClone), control: 'EINVAL', denied: 'EPERM' },
  { attempt: call('clone', impossibleClone), control: 'EINVAL', denied: 'EINVAL' },
  { attempt: call('clone3', 0, 0), control: 'EINVAL', denied: 'ENOSYS' },
  { attempt: ['socket', 16, 3, 15], control: 'OK', denied: 'EPROTONOSUPPORT' },
  { attempt: ['socket', 16, 3, 0], control: 'OK', denied: 'OK' },
  { attempt: ['socket', 17, 3, 0], control: 'EPERM', denied: 'EAFNOSUPPORT' },
  // The kernel makes a packet socket of SOCK_PACKET, whatever flags the type has.
  { attempt: ['socket', 2, 10, 0x300], control: 'EPERM', denied: 'EAFNOSUPPORT' },
  { attempt: call('socket', '0x7fffffff00000002', '0x7fffffff0008080a', 0), control: 'EPERM', denied: 'EAFNOSUPPORT' },
  { attempt: ['socket', 10, 10, 0], control: 'ESOCKTNOSUPPORT', denied: 'ESOCKTNOSUPPORT' },
  { attempt: call('socket', '0x7fffffff00000011', 3, 0), control: 'EPERM', denied: 'EAFNOSUPPORT' },
  ...unix,
  ...leases,
  // Nobody's processes of that number: what is asked for changes nothing where it is let through.
  { attempt: call('setpriority', 1, noId, 19), control: 'ESRCH', denied: 'EPERM' },
  { attempt: call('setpriority', 2, noId, 19), control: 'ESRCH', denied: 'EPERM' },
  { attempt: call('setpriority', '0x7fffffff00000002', noId, 19), control: 'ESRCH', denied: 'EPERM' },
  { attempt: call('setpriority', 0, 0, 0), control: 'OK', denied: 'OK' },
  { attempt: call('ioprio_set', 2, noId, 0), control: 'ESRCH', denied: 'EPERM' },
  { attempt: call('ioprio_set', 3, noId, 0), control: 'ESRCH', denied: 'EPERM' },
  { attempt: call('ioprio_set', 1, 0, 0), control: 'OK', denied: 'OK' },
  { attempt: ['socket', 2, 1, 0], control: 'OK', denied: 'OK' },
  { attempt: ['socket', 10, 2, 0], control: 'OK', denied: 'OK' },
  { attempt: call('socketpair', 17, 3, 0, 0), control: 'EFAULT', denied: 'EAFNOSUPPORT' },
  { attempt: call('prlimit64', '0x7fffffff', 0, 0, 0), control: 'ESRCH', denied: 'EPERM' },
  { attempt: call('prlimit64', '0x7fffffff00000000', 0, 0, 0), control: 'OK', denied: 'OK' },
  { attempt: ['thread'], control: 'OK', denied: 'OK' },
  { attempt: ['fork'], control: 'OK', denied: 'OK' },
];

const running = (attempt: Attempt, control: string, denied: string): Leg => ({ attempt, control, denied });

/** Each rule of `network-client`. */
const client: readonly Leg[] = [
  running(['fork'], 'OK', 'EPERM'),
  running(['thread'], 'OK', 'OK'),
  ...namespaces.map((flag) => running(call('clone', flag | impossibleClone), 'EINVAL', 'EPERM')),
  ...[0x5401, 0x5402, 0x5403, 0x5404, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451, 0x802c_542a, 0x402c_542b].map(
    (request) => running(call('ioctl', -1, request), 'EBADF', 'EBADF'),
  ),
  ...['0x5412', '0x541c', '0x5423', '0x5429', '0x7fffffff00005412'].map((request) =>
    running(call('ioctl', -1, request), 'EBADF', 'EPERM'),
  ),
  running(['socket', 16, 3, 0], 'OK', 'EAFNOSUPPORT'),
  running(['socket', 17, 3, 0], 'EPERM', 'EAFNOSUPPORT'),
  running(['socket', 2, 3, 6], 'EPERM', 'ESOCKTNOSUPPORT'),
  running(['socket', 10, 5, 0], 'ESOCKTNOSUPPORT', 'ESOCKTNOSUPPORT'),
  ...unix,
  ...leases,
  running(['socket', 2, 1, 262], 'OK', 'EPROTONOSUPPORT'),
  running(call('socket', 2, 1, '0x7fffffff00000106'), 'OK', 'EPROTONOSUPPORT'),
  running(['socket', 2, 2, 1], 'EACCES', 'EPROTONOSUPPORT'),
  running(['socket', 2, 1, 6], 'OK', 'OK'),
  running(['socket', 10, 2, 17], 'OK', 'OK'),
  running(call('setsockopt', -1, 6, 30, 0, 0), 'EBADF', 'EOPNOTSUPP'),
  running(call('setsockopt', -1, 6, 31, 0, 0), 'EBADF', 'ENOPROTOOPT'),
  running(call('setsockopt', -1, 6, 1, 0, 0), 'EBADF', 'EBADF'),
  running(call('sendto', -1, 0, 0, '0x20000000', 0, 0), 'EBADF', 'EOPNOTSUPP'),
  running(call('sendto', -1, 0, 0, '0x4000', 0, 0), 'EBADF', 'EBADF'),
  running(call('sendmsg', -1, 0, '0x20004000'), 'EBADF', 'EOPNOTSUPP'),
  running(call('sendmsg', -1, 0, '0x4000'), 'EBADF', 'EBADF'),
  running(call('sendmmsg', -1, 0, 0, '0x20000000'), 'EBADF', 'EOPNOTSUPP'),
  running(call('sendmmsg', -1, 0, 0, 0), 'EBADF', 'EBADF'),
  running(call('prlimit64', '0x7fffffff', 0, 0, 0), 'ESRCH', 'EPERM'),
  running(call('prlimit64', 0, 0, 0, 0), 'OK', 'OK'),
  ...[8, 10, 15].map((request) => running(call('fcntl', -1, request, 0), 'EBADF', 'EPERM')),
  running(call('fcntl', -1, '0x7fffffff00000008', 0), 'EBADF', 'EPERM'),
  running(call('fcntl', -1, 4, '0x2800'), 'EBADF', 'EPERM'),
  running(call('fcntl', -1, 4, '0x800'), 'EBADF', 'EBADF'),
  running(call('fcntl', -1, 1, 0), 'EBADF', 'EBADF'),
  running(call('bind', -1, 0, 0), 'EBADF', 'EPERM'),
  running(call('listen', -1, 0), 'EBADF', 'EPERM'),
  // Being dumpable, and a tracer of one's choice, which Yama alone knows: both let others of the user in again.
  running(call('prctl', 4, 1, 0, 0, 0), 'OK', 'EPERM'),
  running(call('prctl', 0x5961_6d61, -1, 0, 0, 0), 'EINVAL', 'EPERM'),
  running(call('prctl', 3, 0, 0, 0, 0), 'OK', 'OK'),
];

const tables: readonly (readonly [options: SeccompOptions, legs: readonly Leg[]])[] = [
  [{ base: 'deny-dangerous' }, dangerous],
  [{ base: 'network-client' }, [...client, running(call('execve', 0, 0, 0), 'EFAULT', 'EFAULT')]],
  [
    // The second stage is loaded by a program that runs (restrict.test.ts); here it has to let one exec through.
    { base: 'network-client-running', allow: ['execve'] },
    [...client, running(call('execveat', -1, 0, 0, 0, 0), 'EFAULT', 'EPERM')],
  ],
];

describe.skipIf(missing('linux', 'root', 'x64'))('rules on arguments', () => {
  let filters: Confiner;
  beforeAll(async () => {
    filters = await confiner();
  });
  afterAll(() => filters[Symbol.dispose]());

  it.each(tables)('%j denies each attack and lets its twin through', async (options, legs) => {
    const attempts = legs.map(({ attempt }) => attempt);
    const named = (answers: readonly string[]) =>
      answers.map((answer, index) => `${attempts[index]?.join(' ')}: ${answer}`);
    expect(named(await outcomes(attempts))).toEqual(named(legs.map(({ control }) => control)));
    expect(named(await filters.probe(options, attempts))).toEqual(named(legs.map(({ denied }) => denied)));
  });

  it('tries every rule of the presets', () => {
    const tried = new Set(
      tables.flatMap(([options, legs]) => {
        const filter = compile(policy(options));
        return legs.map(({ attempt }) => simulate(filter, { ...callOf(attempt), arch: 'x86_64' }).rule);
      }),
    );
    const rules = Object.entries(presets).flatMap(([base, { rules: all }]) =>
      all.flatMap(({ syscall }, index) => (untriedRules.has(syscall) ? [] : [`${base} rule ${index}`])),
    );
    expect(rules.filter((rule) => !tried.has(rule))).toEqual([]);
    // A family that isn't listed is tried for each of the two calls.
    expect(tried).toContain('sockets');
  });

  /** What an attempt asks the kernel for. */
  const callOf = ([operation, ...given]: Attempt): { syscall: number | string; args: readonly bigint[] } => {
    if (operation === 'unix-pair') return callOf(call('socketpair', 1, ...given));
    const args = given.map((value) => BigInt.asUintN(64, BigInt(value)));
    if (operation === 'syscall') return { syscall: Number(given[0]), args: args.slice(1) };
    if (operation === 'thread') return { syscall: 'clone', args: [0x3d_0f00n] };
    return { syscall: operation, args };
  };

  it.each(['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK'] as const)('denies-every-family-but-%s', async (family) => {
    const attempts = Array.from({ length: 64 }, (_, number): Attempt => ['socket', number, 2, 0]);
    const answers = await filters.probe({ base: 'allow-all', sockets: [family] }, attempts);
    const number = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 }[family];
    const allowed = answers.flatMap((answer, index) => (answer === 'EAFNOSUPPORT' ? [] : [`${index} ${answer}`]));
    expect(allowed).toEqual([`${number} OK`]);
  });
});

describe.skipIf(missing('linux', 'root', 'x64'))('the holes in Landlock’s TCP rules', () => {
  let filters: Confiner;
  let server: Server;
  let bytes = 0;
  const ways = ['send-mptcp', 'connect-fastopen', 'sendto-fastopen', 'sendmsg-fastopen', 'sendmmsg-fastopen'];

  beforeAll(async () => {
    filters = await confiner();
    server = createServer((socket) => {
      socket.on('data', (data) => (bytes += data.length));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    filters[Symbol.dispose]();
  });

  const port = () => (server.address() as AddressInfo).port;
  const arrived = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const count = bytes;
    bytes = 0;
    return count;
  };

  it.each(ways)('denies-%s', async (way) => {
    expect(await outcomes([[way, port()]])).toEqual(['OK']);
    expect(await arrived()).toBe(1);
    const refused = way === 'send-mptcp' ? 'EPROTONOSUPPORT' : 'EOPNOTSUPP';
    expect(await filters.probe({ base: 'network-client' }, [[way, port()]])).toEqual([refused]);
    expect(await arrived()).toBe(0);
    expect(await filters.probe({ base: 'network-client' }, [['send-tcp', port()]])).toEqual(['OK']);
    expect(await arrived()).toBe(1);
  });
});
