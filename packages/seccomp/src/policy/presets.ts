import { allow, type Action, errno } from './actions.js';
import { arg, type Condition } from './conditions.js';
import { CLONE_NEW } from './detours.js';
import type { SocketFamily } from '../tables/families.js';
import { once } from '../tables/once.js';
import type { Rule } from './rules.js';

/** The starting point of a policy. */
export interface Preset {
  /** The group whose calls get `listed`; the other known calls get `others`. */
  readonly group?: string;
  readonly listed: 'allow' | 'deny';
  readonly others: 'allow' | 'deny';
  /** Rules on arguments, after those of the policy. */
  readonly rules: readonly Rule[];
  /** Address families, unless the policy names others. */
  readonly sockets: readonly SocketFamily[] | 'any';
}

/** A starting point by name; see {@link presets}. */
export type Base = 'deny-dangerous' | 'network-client' | 'network-client-running' | 'allow-all' | 'deny-all';

const AF_UNIX = 1;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
/**
 * Terminal requests: typing into the terminal of the parent process, and the console's selection buffer (tty_ioctl(4)).
 */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** Loads the module of a line discipline on demand. */
const TIOCSETD = 0x5423;
const CLONE_THREAD = 0x0001_0000;
/**
 * Creates a child of the caller's parent, which never waits for it. The child would stay a zombie as long as that
 * parent lives.
 */
const CLONE_PARENT = 0x8000;
const MSG_FASTOPEN = 0x2000_0000;
const F_SETFL = 4;
const PR_SET_DUMPABLE = 4;
const PR_SET_PTRACER = 0x5961_6d61;
/**
 * Requests of fcntl(2) that choose the receiver of a descriptor's signals, and the signal: F_SETOWN, F_SETSIG,
 * F_SETOWN_EX.
 */
const signalRequests = [8, 10, 15] as const;
const O_ASYNC = 0x2000;
/**
 * Requests of fcntl(2) that need only a descriptor for reading, and delay or watch other processes: F_SETLEASE,
 * F_SETDELEG (Linux 6.19), F_NOTIFY.
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

const noTerminalInjection = (): readonly Rule[] =>
  [TIOCSTI, TIOCLINUX, TIOCSETD].map((request) => deny('ioctl', 'EPERM', arg(1).eq32(request)));

/** With a limit on another process's CPU time, the kernel kills that process; process 0 means the caller. */
const noLimitsOfOthers = (): Rule => deny('prlimit64', 'EPERM', arg(0).ne32(0));

/** A descriptor can signal any process of the same user; with O_ASYNC alone, a terminal signals its own group. */
const noDescriptorSignals = (call: 'fcntl' | 'fcntl64'): readonly Rule[] => [
  ...signalRequests.map((request) => deny(call, 'EPERM', arg(1).eq32(request))),
  deny(call, 'EPERM', arg(1).eq32(F_SETFL), arg(2).maskedNe32(O_ASYNC, 0)),
];

/**
 * A lease delays every process that opens the file, for /proc/sys/fs/lease-break-time. F_NOTIFY does the same as
 * inotify.
 */
const noLeases = (): readonly Rule[] =>
  (['fcntl', 'fcntl64'] as const).flatMap((call) =>
    leaseRequests.map((request) => deny(call, 'EPERM', arg(1).eq32(request))),
  );

/**
 * A process may set its own priority, and that of its threads; the priority of a group or a user also affects others.
 */
const noPrioritiesOfOthers = (): readonly Rule[] => [
  deny('setpriority', 'EPERM', arg(0).ne32(PRIO_PROCESS)),
  deny('ioprio_set', 'EPERM', arg(0).ne32(IOPRIO_WHO_PROCESS)),
];

/**
 * A socket with a path leads to any daemon of the machine. A pair leads to its other end only. But a pair of datagram
 * sockets (or SOCK_RAW, which the kernel treats alike) can send and connect to any other path (unix_dgram_sendmsg()).
 */
const noUnixSockets = (): readonly Rule[] => [
  deny('socket', 'EAFNOSUPPORT', arg(0).eq32(AF_UNIX)),
  deny(
    'socketpair',
    'EAFNOSUPPORT',
    arg(0).eq32(AF_UNIX),
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_STREAM),
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_SEQPACKET),
  ),
];

/** Harmless requests that programs use: terminal settings and size, pending bytes, non-blocking, close-on-exec. */
const harmlessRequests = [
  0x5401, 0x5402, 0x5403, 0x5404, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451,
  // TCGETS2 and TCSETS2 of newer C libraries.
  0x802c_542a, 0x402c_542b,
] as const;

/** What would give other processes of the same user access again: being dumpable, and choosing a tracer (prctl(2)). */
const noOpeningToOthers = (): readonly Rule[] => [
  deny('prctl', 'EPERM', arg(0).eq32(PR_SET_DUMPABLE), arg(1).ne64(0)),
  deny('prctl', 'EPERM', arg(0).eq32(PR_SET_PTRACER)),
];

const networkClientRules = (): readonly Rule[] => [
  // Only a thread: clone is not in the group, so fork and namespaces are denied.
  rule('clone', allow, arg(0).maskedEq32(CLONE_NEW + CLONE_THREAD, CLONE_THREAD)),
  ...harmlessRequests.map((request) => rule('ioctl', allow, arg(1).eq32(request))),
  ...noUnixSockets(),
  // Landlock's rules are for TCP only, so nothing else may connect: no raw, seqpacket (SCTP) or DCCP socket …
  deny(
    'socket',
    'ESOCKTNOSUPPORT',
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_STREAM),
    arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_DGRAM),
  ),
  // … and no MPTCP, SCTP or SMC behind an ordinary type.
  deny('socket', 'EPROTONOSUPPORT', arg(2).ne32(0), arg(2).ne32(IPPROTO_TCP), arg(2).ne32(IPPROTO_UDP)),
  // TCP Fast Open connects without connect(2). The kernel returns the same error if it is switched off.
  deny('sendto', 'EOPNOTSUPP', arg(3).maskedNe32(MSG_FASTOPEN, 0)),
  deny('sendmsg', 'EOPNOTSUPP', arg(2).maskedNe32(MSG_FASTOPEN, 0)),
  deny('sendmmsg', 'EOPNOTSUPP', arg(3).maskedNe32(MSG_FASTOPEN, 0)),
  deny('setsockopt', 'EOPNOTSUPP', arg(1).eq32(IPPROTO_TCP), arg(2).eq32(TCP_FASTOPEN_CONNECT)),
  // An upper-layer protocol can turn a TCP socket into another kind.
  deny('setsockopt', 'ENOPROTOOPT', arg(1).eq32(IPPROTO_TCP), arg(2).eq32(TCP_ULP)),
  noLimitsOfOthers(),
  ...noDescriptorSignals('fcntl'),
  ...noDescriptorSignals('fcntl64'),
  ...noLeases(),
  ...noOpeningToOthers(),
];

/**
 * The starting points of a policy.
 *
 * - `deny-dangerous`: everything except the following. It denies the group `@deny-dangerous`, new namespaces and
 *   children of the caller's parent by `clone(2)`, typing into terminals, and limits of other processes. It also denies
 *   priorities of groups and users, leases, and sockets other than internet, route netlink and connected pairs of unix
 *   sockets.
 * - `network-client`: only the group `@network-client`. It permits threads but not processes, internet sockets without
 *   MPTCP, TCP Fast Open or raw access, and connected pairs of unix sockets. It denies bind, listen and signals, also
 *   those through a descriptor's owner or a limit. It lets through the exec that starts the program.
 * - `network-client-running`: the same without exec, for a program that loads it itself while it runs.
 * - `allow-all`, `deny-all`: nothing else.
 */
export const presets: Readonly<Record<Base, Preset>> = Object.freeze({
  'deny-dangerous': preset({
    group: '@deny-dangerous',
    listed: 'deny',
    others: 'allow',
    rules: () => [
      ...noTerminalInjection(),
      deny('clone', 'EPERM', arg(0).maskedNe32(CLONE_NEW + CLONE_PARENT, 0)),
      deny('socket', 'EPROTONOSUPPORT', arg(0).eq32(AF_NETLINK), arg(2).ne32(NETLINK_ROUTE)),
      noLimitsOfOthers(),
      ...noUnixSockets(),
      ...noLeases(),
      ...noPrioritiesOfOthers(),
    ],
    sockets: ['AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_UNIX'],
  }),
  'network-client': networkClient('@network-client'),
  'network-client-running': networkClient('@network-client-running'),
  'allow-all': preset({ listed: 'allow', others: 'allow', rules: () => [], sockets: 'any' }),
  'deny-all': preset({ listed: 'deny', others: 'deny', rules: () => [], sockets: 'any' }),
});

/** A preset whose rules are made when they are first asked for: a usual start needs none. Nobody can change it. */
function preset({ rules, ...others }: Omit<Preset, 'rules'> & { readonly rules: () => readonly Rule[] }): Preset {
  const made = once(() => deepFrozen(rules()));
  return Object.freeze({
    ...deepFrozen(others),
    get rules() {
      return made();
    },
  });
}

/** Freezes plain data, with all in it: a changed preset would weaken every later policy. */
export function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  }
  return Object.freeze(value);
}

function networkClient(group: string): Preset {
  return preset({
    group,
    listed: 'allow',
    others: 'deny',
    rules: networkClientRules,
    sockets: ['AF_INET', 'AF_INET6', 'AF_UNIX'],
  });
}

/** The starting points' names. */
export const baseNames = Object.keys(presets) as readonly Base[];
