/* Every rule on arguments of every preset, in the kernel: control, denied, twin. */
import { createServer, type AddressInfo, type Server } from 'node:net';

import { type Attempt, missing, probe, probeArguments, probePath } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errno, presets, type SeccompOptions, syscallNumber } from '../../src/index.js';
import { confiner, type Confiner, nobody, recordOf } from '../support/confine.js';

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
  { attempt: call('clone', impossibleClone), control: 'EINVAL', denied: 'EINVAL' },
  { attempt: call('clone3', 0, 0), control: 'EINVAL', denied: 'ENOSYS' },
  { attempt: ['socket', 16, 3, 15], control: 'OK', denied: 'EPROTONOSUPPORT' },
  { attempt: ['socket', 16, 3, 0], control: 'OK', denied: 'OK' },
  { attempt: ['socket', 17, 3, 0], control: 'EPERM', denied: 'EAFNOSUPPORT' },
  { attempt: call('socket', '0x7fffffff00000011', 3, 0), control: 'EPERM', denied: 'EAFNOSUPPORT' },
  { attempt: ['socket', 1, 1, 0], control: 'OK', denied: 'OK' },
  { attempt: ['socket', 2, 1, 0], control: 'OK', denied: 'OK' },
  { attempt: ['socket', 10, 2, 0], control: 'OK', denied: 'OK' },
  { attempt: call('socketpair', 17, 3, 0, 0), control: 'EFAULT', denied: 'EAFNOSUPPORT' },
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
  running(['socket', 1, 5, 0], 'OK', 'ESOCKTNOSUPPORT'),
  running(['socket', 2, 1, 262], 'OK', 'EPROTONOSUPPORT'),
  running(call('socket', 2, 1, '0x7fffffff00000106'), 'OK', 'EPROTONOSUPPORT'),
  running(['socket', 2, 2, 1], 'EACCES', 'EPROTONOSUPPORT'),
  running(['socket', 2, 1, 6], 'OK', 'OK'),
  running(['socket', 10, 2, 17], 'OK', 'OK'),
  running(['socket', 1, 1, 0], 'OK', 'OK'),
  running(call('setsockopt', -1, 6, 30, 0, 0), 'EBADF', 'EOPNOTSUPP'),
  running(call('setsockopt', -1, 6, 31, 0, 0), 'EBADF', 'ENOPROTOOPT'),
  running(call('setsockopt', -1, 6, 1, 0, 0), 'EBADF', 'EBADF'),
  running(call('sendto', -1, 0, 0, '0x20000000', 0, 0), 'EBADF', 'EOPNOTSUPP'),
  running(call('sendto', -1, 0, 0, '0x4000', 0, 0), 'EBADF', 'EBADF'),
  running(call('sendmsg', -1, 0, '0x20004000'), 'EBADF', 'EOPNOTSUPP'),
  running(call('sendmsg', -1, 0, '0x4000'), 'EBADF', 'EBADF'),
  running(call('sendmmsg', -1, 0, 0, '0x20000000'), 'EBADF', 'EOPNOTSUPP'),
  running(call('sendmmsg', -1, 0, 0, 0), 'EBADF', 'EBADF'),
  running(call('bind', -1, 0, 0), 'EBADF', 'EPERM'),
  running(call('listen', -1, 0), 'EBADF', 'EPERM'),
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
      tables.flatMap(([{ base }, legs]) => legs.map(({ attempt }) => `${base} ${nameOf(attempt)}`)),
    );
    for (const base of ['deny-dangerous', 'network-client'] as const) {
      for (const { syscall } of presets[base].rules) expect(tried).toContain(`${base} ${syscall}`);
    }
  });

  const nameOf = ([operation, number]: Attempt): string =>
    operation === 'syscall'
      ? (['ioctl', 'clone', 'socket', 'setsockopt', 'sendto', 'sendmsg', 'sendmmsg', 'bind', 'listen'].find(
          (name) => syscallNumber(name, 'x86_64') === number,
        ) ?? String(number))
      : operation;

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

describe.skipIf(missing('linux', 'root', 'x64'))('other tables of calls', () => {
  let filters: Confiner;
  beforeAll(async () => {
    filters = await confiner();
  });
  afterAll(() => filters[Symbol.dispose]());
  const getpid32 = 20;
  const x32Getpid = 0x4000_0027;
  const marked = errno('ENOTNAM');

  it('kills-a-call-of-the-32-bit-table', async () => {
    expect(await outcomes([['int80', getpid32]])).toEqual(['OK']);
    const attempts = probeArguments([
      ['syscall', 39],
      ['int80', getpid32],
    ]);
    const { signal, stdout } = await filters.run({ base: 'deny-dangerous' }, [probePath(), ...attempts]);
    expect({ signal, stdout }).toEqual({ signal: 'SIGSYS', stdout: 'syscall 0 OK\n' });
    expect(await filters.probe({ base: 'deny-dangerous', foreign: marked }, [['int80', getpid32]])).toEqual([
      'ENOTNAM',
    ]);
  });

  it('lets the 32-bit table through by name where it is listed', async () => {
    const options: SeccompOptions = {
      base: 'allow-all',
      architectures: ['x86_64', 'i386'],
      deny: ['getuid32'],
      denied: marked,
    };
    expect(
      await filters.probe(options, [
        ['int80', getpid32],
        ['int80', 199],
        ['syscall', 102],
      ]),
    ).toEqual(['OK', 'ENOTNAM', 'OK']);
  });

  it('answers-x32-before-the-table', async () => {
    const attempts: Attempt[] = [
      ['syscall', x32Getpid],
      ['syscall', -1],
      ['syscall', 39],
    ];
    expect(await outcomes(attempts)).toEqual(['ENOSYS', 'ENOSYS', 'OK']);
    expect(await filters.probe({ base: 'deny-dangerous' }, attempts)).toEqual(['ENOSYS', 'ENOSYS', 'OK']);
    expect(await filters.probe({ base: 'allow-all', x32: marked }, attempts)).toEqual(['ENOTNAM', 'ENOTNAM', 'OK']);
  });

  it('answers-unknown-numbers-as-not-implemented', async () => {
    const attempts: Attempt[] = [
      ['syscall', 600],
      ['syscall', 400],
      ['syscall', 39],
    ];
    expect(await filters.probe({ base: 'network-client' }, attempts)).toEqual(['ENOSYS', 'ENOSYS', 'OK']);
    expect(await filters.probe({ base: 'network-client', unknown: marked }, attempts)).toEqual([
      'ENOTNAM',
      'ENOTNAM',
      'OK',
    ]);
  });

  it.each([
    ['kill-process', 'SIGSYS'],
    ['kill-thread', 'SIGSYS'],
    [{ action: 'trap', data: 3 } as const, 'SIGSYS'],
  ] as const)('ends with %j', async (action, signal) => {
    const options: SeccompOptions = { base: 'allow-all', rules: [{ syscall: 'getppid', action }] };
    const result = await filters.run(options, [
      probePath(),
      ...probeArguments([
        ['syscall', 39],
        ['syscall', 110],
      ]),
    ]);
    expect({ signal: result.signal, stdout: result.stdout }).toEqual({ signal, stdout: 'syscall 0 OK\n' });
  });

  it('goes on with log, and without a tracer fails with trace', async () => {
    const rules = [
      { syscall: 'getppid', action: 'log' as const },
      { syscall: 'getpgrp', action: { action: 'trace' as const, data: 1 } },
    ];
    expect(
      await filters.probe({ base: 'allow-all', rules }, [
        ['syscall', 110],
        ['syscall', 111],
      ]),
    ).toEqual(['OK', 'ENOSYS']);
  });
});

describe.skipIf(missing('linux', 'root'))('the launcher door', () => {
  const good = recordOf({ base: 'allow-all' });
  const changed = (at: number, byte: number) => good.map((value, index) => (index === at ? byte : value));

  it('runs the program under a good record', async () => {
    using filters = await confiner();
    expect(await filters.run(good, [probePath(), 'syscall', '39'])).toMatchObject({ status: 0 });
  });

  it.each<[string, Uint8Array]>([
    ['no record', new Uint8Array()],
    ['a truncated one', good.subarray(0, -1)],
    ['one of another layer', changed(0, 4)],
    ['one of another version', changed(1, 2)],
    ['unknown flags', changed(2, 1)],
    ['a filter for another machine', changed(8, 0xb7)],
    ['another number of instructions', changed(12, 1)],
    ['a program that the kernel refuses', changed(good.length - 8, 0xff)],
  ])('runs nothing with %s', async (_name, record) => {
    using filters = await confiner();
    const { status, stdout } = await filters.run(record, [probePath(), 'syscall', '39']);
    expect({ status, stdout }).toEqual({ status: 126, stdout: '' });
  });
});
