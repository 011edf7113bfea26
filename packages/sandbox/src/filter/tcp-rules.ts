import type { LandlockPolicy } from '@sb/landlock';
import { arg, type Base, presets, type Rule, type SeccompOptions } from '@sb/seccomp';

import { failing } from '../policy/failing.js';
import { mayAllow } from './may-allow.js';

/** Numbers of linux/socket.h, linux/in.h, linux/net.h and linux/tcp.h. */
const AF_INET = 2;
const AF_INET6 = 10;
const AF_SMC = 43;
const SOCK_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;
const MSG_FASTOPEN = 0x2000_0000;
const TCP_FASTOPEN_CONNECT = 30;
const TCP_ULP = 31;

type Conditions = NonNullable<Rule['when']>;

const deny = (syscall: string, error: string, ...when: Conditions): Rule => ({ syscall, when, action: failing(error) });

/** Landlock's rules apply only to TCP: not to MPTCP, SCTP, SMC or DCCP, which reach the same ports. */
const otherStreams = (): readonly Rule[] => [
  ...[AF_INET, AF_INET6].map((family) =>
    deny(
      'socket',
      'ESOCKTNOSUPPORT',
      arg(0).eq32(family),
      arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_STREAM),
      arg(1).maskedNe32(SOCK_TYPE_MASK, SOCK_DGRAM),
    ),
  ),
  ...[AF_INET, AF_INET6].map((family) =>
    deny(
      'socket',
      'EPROTONOSUPPORT',
      arg(0).eq32(family),
      ...[0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6].map((protocol) => arg(2).ne32(protocol)),
    ),
  ),
];

/** SMC connects by TCP first, and uses TCP if the other side does not support SMC (af_smc(7), net/smc/af_smc.c). */
const smcFamily = (): readonly Rule[] => [deny('socket', 'EAFNOSUPPORT', arg(0).eq32(AF_SMC))];

/** TCP Fast Open connects without connect(2); an upper-layer protocol can turn a socket into another kind. */
const fastOpen = (): readonly Rule[] => [
  deny('sendto', 'EOPNOTSUPP', arg(3).maskedNe32(MSG_FASTOPEN, 0)),
  deny('sendmsg', 'EOPNOTSUPP', arg(2).maskedNe32(MSG_FASTOPEN, 0)),
  deny('sendmmsg', 'EOPNOTSUPP', arg(3).maskedNe32(MSG_FASTOPEN, 0)),
  deny('setsockopt', 'EOPNOTSUPP', arg(1).eq32(IPPROTO_TCP), arg(2).eq32(TCP_FASTOPEN_CONNECT)),
  deny('setsockopt', 'ENOPROTOOPT', arg(1).eq32(IPPROTO_TCP), arg(2).eq32(TCP_ULP)),
];

/** Listening on a socket that was never bound takes a free port, despite Landlock's rules for binding. */
const unboundListen = (): readonly Rule[] => [deny('listen', 'EPERM')];

/** These presets have such rules already. They deny listening, and all families that they do not list. */
const closedAlready: ReadonlySet<Base> = new Set<Base>(['network-client', 'network-client-running']);

/**
 * Adds rules to a filter that close the bypasses of a ruleset's rules for TCP. A rule of the caller for the same call
 * comes first, and a call that the caller allows by name stays allowed. `openBypasses` then reports what is open.
 *
 * @param filter - the filter's options
 * @param ruleset - the ruleset of the same sandbox, if there is one
 */
export function withTcpRules(filter: SeccompOptions, ruleset: LandlockPolicy | undefined): SeccompOptions {
  const added = rulesFor(filter, ruleset).filter(
    ({ syscall }) => !(filter.allow ?? []).includes(syscall) && mayAllow(filter, syscall),
  );
  return added.length === 0 ? filter : { ...filter, rules: [...(filter.rules ?? []), ...added] };
}

function rulesFor({ base, sockets = presets[base].sockets }: SeccompOptions, ruleset: LandlockPolicy | undefined) {
  const net = ruleset?.handled.net ?? [];
  const connects = net.includes('connect_tcp');
  const binds = net.includes('bind_tcp');
  if (!(connects || binds)) return [];
  const mayBind = ruleset?.ports.some(({ rights }) => rights.includes('bind_tcp')) ?? false;
  return [
    ...(closedAlready.has(base) ? [] : [...otherStreams(), ...(connects ? fastOpen() : [])]),
    ...(sockets === 'any' || sockets.includes('AF_SMC') ? smcFamily() : []),
    ...(binds && !mayBind ? unboundListen() : []),
  ];
}
