/* Reaching ports and sockets outside the rules, by TCP and around it. */
import { createServer, type ListenOptions, type Server } from 'node:net';

import { support } from '@sb/landlock';
import { missing, parseProbe, probeArguments, probePath } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { abstractName } from '../attack/place.js';
import { settled } from '../attack/settled.js';
import { type Attack, attackers, describeAttacks, inside, startAs, works, worksForRoot } from '../attack/suite.js';

const AF_NETLINK = 16;
const AF_PACKET = 17;
const AF_VSOCK = 40;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const NETLINK_AUDIT = 9;
const NETLINK_ROUTE = 0;
const MPTCP = 262;
/** Bit 32 and up mean nothing to socket(2), and must mean nothing to its filter. */
const high = 0x1_0000_0000;
const freePort = 47_653;

let count = 0;
let servers: { readonly forbidden: number; readonly allowed: number; readonly name: string };
const open: Server[] = [];

async function listen(where: ListenOptions): Promise<number> {
  const server = createServer((socket) => {
    count++;
    socket.on('error', () => undefined).destroy();
  });
  open.push(server);
  await new Promise<void>((resolve) => {
    server.listen(where, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe.skipIf(missing('linux', 'root', 'landlock7', 'x64'))('the network', () => {
  beforeAll(async () => {
    const [forbidden, allowed] = [await listen({ port: 0, host: '::' }), await listen({ port: 0, host: '::' })];
    const name = abstractName();
    await listen({ path: `\0${name}` });
    servers = { forbidden, allowed, name };
  });
  afterAll(() => {
    for (const server of open) server.close();
  });

  const toForbidden = (): readonly Attack[] => [
    works(['send-tcp', servers.forbidden], 'EACCES'),
    works(['connect-tcp', servers.forbidden], 'EACCES'),
    works(['connect-ipv6', servers.forbidden], 'EACCES'),
    works(['connect-mapped', servers.forbidden], 'EACCES'),
    works(['send-mptcp', servers.forbidden], 'EPROTONOSUPPORT'),
    works(['connect-fastopen', servers.forbidden], 'EOPNOTSUPP'),
    works(['sendto-fastopen', servers.forbidden], 'EOPNOTSUPP'),
    works(['sendmsg-fastopen', servers.forbidden], 'EOPNOTSUPP'),
    works(['sendmmsg-fastopen', servers.forbidden], 'EOPNOTSUPP'),
  ];

  describeAttacks('with one port to connect to', {
    policy: () => ({ landlock: { net: { connectTcp: [servers.allowed] } } }),
    attacks: toForbidden,
    twins: () => [
      ['send-tcp', servers.allowed],
      ['connect-ipv6', servers.allowed],
    ],
  });

  describeAttacks('in the default policy', {
    attacks: () => [
      works(['bind-tcp', freePort], 'EACCES'),
      works(['bind-ipv6', freePort], 'EACCES'),
      works(['bind-mptcp', freePort], 'EPROTONOSUPPORT'),
      works(['listen-unbound'], 'EPERM'),
      works(['socket', AF_INET, SOCK_STREAM, MPTCP], 'EPROTONOSUPPORT'),
      works(['syscall', 41, AF_INET, SOCK_STREAM, high + MPTCP], 'EPROTONOSUPPORT'),
      worksForRoot(['socket', AF_INET, SOCK_RAW, 1], 'ESOCKTNOSUPPORT'),
      worksForRoot(['socket', AF_PACKET, SOCK_RAW, 0], 'EAFNOSUPPORT'),
      worksForRoot(['syscall', 41, high + AF_PACKET, SOCK_RAW, 0], 'EAFNOSUPPORT'),
      works(['socket', AF_NETLINK, SOCK_RAW, NETLINK_AUDIT], 'EPROTONOSUPPORT'),
      works(['socket', AF_VSOCK, SOCK_STREAM, 0], 'EAFNOSUPPORT'),
    ],
    twins: () => [
      ['send-tcp', servers.forbidden],
      ['socket', AF_NETLINK, SOCK_RAW, NETLINK_ROUTE],
      ['socket', AF_INET, SOCK_DGRAM, 0],
      ['bind-udp', freePort],
      ['send-udp', freePort],
    ],
  });

  // The filter makes no unix socket at all; where it is told to, the scope is what keeps.
  describeAttacks('with unix sockets granted', {
    policy: () => ({ unix: 'any' }),
    attacks: ({ datagrams }) => [
      works(['connect-abstract', servers.name], 'EPERM'),
      works(['send-abstract', datagrams], 'EPERM'),
    ],
    twins: () => [['unix-pair', SOCK_DGRAM]],
  });

  it.each(attackers)('lets no connection of %s arrive at a forbidden port', async (who) => {
    const before = await settled(() => count);
    const policy = { landlock: { net: { connectTcp: [] } } };
    const attempts = toForbidden().map(({ attempt }) => attempt);
    await inside(who, attempts, policy);
    // The other way round: what does arrive is counted.
    expect(count).toBe(before);
    await inside(who, [['send-tcp', servers.forbidden]]);
    await expect.poll(() => count).toBe(before + 1);
  });

  it('says in the report that the rules have holes without a filter, and has them', async () => {
    const before = count;
    const policy = { landlock: { net: { connectTcp: [] } }, seccomp: 'off' } as const;
    const holes = [
      ['send-tcp', servers.forbidden],
      ['send-mptcp', servers.forbidden],
      ['sendto-fastopen', servers.forbidden],
    ] as const;
    const args = ['--apart', ...probeArguments(holes)];
    const { report, stdout = '' } = await startAs('switched', { policy, program: probePath(), args });
    const [plain, mptcp, fastOpen] = parseProbe(stdout, holes.length).map(({ outcome }) => outcome);
    const reason = report?.features.find(({ feature }) => feature === 'net.connect_tcp')?.reason ?? '';
    expect([plain, mptcp, reason]).toEqual(['EACCES', 'OK', expect.stringMatching(/^not for MPTCP sockets, /)]);
    // Releases of older kernels may have the fix, and none of them says so.
    expect(reason.includes('TCP Fast Open (on a kernel without the fix of Linux 7.2)')).toBe(support().abi < 10);
    expect(support().abi < 10 ? ['OK', 'EACCES'] : ['EACCES']).toContain(fastOpen);
    await expect.poll(() => count).toBe(before + (fastOpen === 'OK' ? 2 : 1));
  });
});
