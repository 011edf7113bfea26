import { allow, type Action, errno } from './actions.js';
import { arg, type Condition } from './conditions.js';
import { CLONE_NEW } from './detours.js';
import type { SocketFamily } from '../tables/families.js';
import type { Rule } from './rules.js';

/** Where a policy starts from. */
export interface Preset {
  /** The group whose calls get `listed`; the other known calls get `others`. */
  readonly group?: string;
  readonly listed: 'allow' | 'deny';
  readonly others: 'allow' | 'deny';
  /** Rules on arguments, after those of the policy. */
  readonly rules: readonly Rule[];
  /** Address families, unless the policy names its own. */
  readonly sockets: readonly SocketFamily[] | 'any';
}

/** A starting point by name; see {@link presets}. */
export type Base = 'deny-dangerous' | 'network-client' | 'network-client-running' | 'allow-all' | 'deny-all';

const AF_UNIX = 1;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
/** Terminal requests: typing into the terminal of whoever started us, and the console's selection buffer (tty_ioctl(4)). */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** Loads a line discipline's module on demand. */
const TIOCSETD = 0x5423;
const CLONE_THREAD = 0x0001_0000;
/** Makes a child of our own parent, which never waits for it: it would stay a zombie as long as that parent lives. */
const CLONE_PARENT = 0x8000;
const MSG_FASTOPEN = 0x2000_0000;
const F_SETFL = 4;
const PR_SET_DUMPABLE = 4;
const PR_SET_PTRACER = 0x5961_6d61;
/** Requests of fcntl(2) that choose who gets a descriptor's signals, and which: F_SETOWN, F_SETSIG, F_SETOWN_EX. */
const signalRequests = [8, 10, 15] as const;
const O_ASYNC = 0x2000;
/**
 * Requests of fcntl(2) that take a descriptor for reading and hold others up, or watch them: F_SETLEASE, F_SETDELEG
 * (Linux 6.19), F_NOTIFY.
 */
const leaseRequests = [1024, 1040, 1026] as const;
const PRIO_PROCESS = 0;
const IOPRIO_WHO_PROCESS = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const TCP_FASTOPEN_CONNECT = 30;
const TCP_ULP = 31;
const SOCK_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;

const rule = (syscall: string, action: Action, ...when: Condition[]): Rule => ({ syscall, when, action });
const deny = (syscall: string, error: string, ...when: Condition[]): Rule => rule(syscall, errno(error), ...when);

const noTerminalInjection: readonly Rule[] = [TIOCSTI, TIOCLINUX, TIOCSETD].map((request) =>
  deny('ioctl', 'EPERM', arg(1).eq32(request)),
);

/** A limit on another process's time has the kernel kill it; one's own limits are process 0. */
const noLimitsOfOthers = deny('prlimit64', 'EPERM', arg(0).ne32(0));

/** A descriptor can signal any process of the same user; with O_ASYNC alone, a terminal signals its own group. */
const noDescriptorSignals = (call: 'fcntl' | 'fcntl64'): readonly Rule[] => [
  ...signalRequests.map((request) => deny(call, 'EPERM', arg(1).eq32(request))),
  deny(call, 'EPERM', arg(1).eq32(F_SETFL), arg(2).maskedNe32(O_ASYNC, 0)),
];

/** A lease stalls whoever opens the file, for /proc/sys/fs/lease-break-time; F_NOTIFY is an inotify by another name. */
const noLeases: readonly Rule[] = (['fcntl', 'fcntl64'] as const).flatMap((call) =>
  leaseRequests.map((request) => deny(call, 'EPERM', arg(1).eq32(request))),
);

/** One's own process or thread keeps its priority to set; a group's or a user's are those of others as well. */
const noPrioritiesOfOthers: readonly Rule[] = [
  deny('setpriority', 'EPERM', arg(0).ne32(PRIO_PROCESS)),
  deny('ioprio_set', 'EPERM', arg(0).ne32(IOPRIO_WHO_PROCESS)),
];

/**
 * A socket with a path leads to any daemon of the machine. A pair leads to its other end only, but one of datagrams (and
 * SOCK_RAW, which the kernel takes for that) can be sent and connected to any other path (unix_dgram_sendmsg()).
 */
const noUnixSockets: readonly Rule[] = [
  deny('socket', 'EAFNOSUPPORT', arg(0).eq32(AF_UNIX)),
  deny(
    'socketpair',
    'EAFNOSUPPORT',
    arg(0).eq32(AF_UNIX),
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_STREAM),
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_SEQPACKET),
  ),
];

/** Requests that are harmless and in use: terminal settings and size, pending bytes, non-blocking, close-on-exec. */
const harmlessRequests = [
  0x5401, 0x5402, 0x5403, 0x5404, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451,
  // TCGETS2 and TCSETS2 of newer C libraries.
  0x802c_542a, 0x402c_542b,
] as const;

/** What would let other processes of the same user in again: being dumpable, and a tracer of one's choice (prctl(2)). */
const noOpeningToOthers: readonly Rule[] = [
  deny('prctl', 'EPERM', arg(0).eq32(PR_SET_DUMPABLE), arg(1).ne64(0)),
  deny('prctl', 'EPERM', arg(0).eq32(PR_SET_PTRACER)),
];

const networkClientRules: readonly Rule[] = [
  // A thread and nothing else: clone is not in the group, so no fork and no namespace.
  rule('clone', allow, arg(0).maskedEq32(CLONE_NEW + CLONE_THREAD, CLONE_THREAD)),
  ...harmlessRequests.map((request) => rule('ioctl', allow, arg(1).eq32(request))),
  ...noUnixSockets,
  // Landlock's rules are for TCP only, so nothing else may connect: no raw, seqpacket (SCTP) or DCCP socket …
  deny(
    'socket',
    'ESOCKTNOSUPPORT',
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_STREAM),
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_DGRAM),
  ),
  // … and no MPTCP, SCTP or SMC behind an ordinary type.
  deny('socket', 'EPROTONOSUPPORT', arg(2).ne32(0), arg(2).ne32(IPPROTO_TCP), arg(2).ne32(IPPROTO_UDP)),
  // TCP Fast Open connects without connect(2). The kernel gives the same error where it is switched off.
  deny('sendto', 'EOPNOTSUPP', arg(3).maskedNe32(MSG_FASTOPEN, 0)),
  deny('sendmsg', 'EOPNOTSUPP', arg(2).maskedNe32(MSG_FASTOPEN, 0)),
  deny('sendmmsg', 'EOPNOTSUPP', arg(3).maskedNe32(MSG_FASTOPEN, 0)),
  deny('setsockopt', 'EOPNOTSUPP', arg(1).eq32(IPPROTO_TCP), arg(2).eq32(TCP_FASTOPEN_CONNECT)),
  // An upper-layer protocol can turn a TCP socket into another kind.
  deny('setsockopt', 'ENOPROTOOPT', arg(1).eq32(IPPROTO_TCP), arg(2).eq32(TCP_ULP)),
  noLimitsOfOthers,
  ...noDescriptorSignals('fcntl'),
  ...noDescriptorSignals('fcntl64'),
  ...noLeases,
  ...noOpeningToOthers,
];

/**
 * The starting points of a policy.
 *
 * - `deny-dangerous`: everything but the group `@deny-dangerous`, new namespaces and children of one's parent by
 *   `clone(2)`, typing into terminals, limits of other processes, priorities of groups and users, leases, and sockets
 *   other than internet, route netlink and connected pairs of unix sockets.
 * - `network-client`: only the group `@network-client`; threads but no processes, internet sockets without MPTCP,
 *   TCP Fast Open or raw access, and connected pairs of unix sockets; no bind, no listen, no signal, be it
 *   through a descriptor's owner or a limit. Lets the exec through that starts the program.
 * - `network-client-running`: the same without exec, for a program to load itself once it runs.
 * - `allow-all`, `deny-all`: a blank sheet.
 */
export const presets: Readonly<Record<Base, Preset>> = deepFrozen({
  'deny-dangerous': {
    group: '@deny-dangerous',
    listed: 'deny',
    others: 'allow',
    rules: [
      ...noTerminalInjection,
      deny('clone', 'EPERM', arg(0).maskedNe32(CLONE_NEW + CLONE_PARENT, 0)),
      deny('socket', 'EPROTONOSUPPORT', arg(0).eq32(AF_NETLINK), arg(2).ne32(NETLINK_ROUTE)),
      noLimitsOfOthers,
      ...noUnixSockets,
      ...noLeases,
      ...noPrioritiesOfOthers,
    ],
    sockets: ['AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_UNIX'],
  },
  'network-client': networkClient('@network-client'),
  'network-client-running': networkClient('@network-client-running'),
  'allow-all': { listed: 'allow', others: 'allow', rules: [], sockets: 'any' },
  'deny-all': { listed: 'deny', others: 'deny', rules: [], sockets: 'any' },
});

/** Freezes all that a value holds: a preset that someone changed would weaken every later policy. */
function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  }
  return Object.freeze(value);
}

function networkClient(group: string): Preset {
  return {
    group,
    listed: 'allow',
    others: 'deny',
    rules: networkClientRules,
    sockets: ['AF_INET', 'AF_INET6', 'AF_UNIX'],
  };
}

/** The starting points' names. */
export const baseNames = Object.keys(presets) as readonly Base[];
