import { fastOpenAbi } from '@sb/landlock';

import type { Question } from './questions.js';

/**
 * Numbers of the kernel's headers, written a second time. If they were shared with the rules that close these ways, a
 * wrong number would ask the filter the wrong question and hide itself.
 */
const [AF_INET, AF_INET6, AF_SMC] = [2, 10, 43] as const;
const [IPPROTO_TCP, IPPROTO_SMC, IPPROTO_MPTCP] = [6, 256, 262] as const;
const [FASTOPEN_CONNECT, ULP] = [30, 31] as const;
const [SYS_SOCKET, SYS_BIND, SYS_CONNECT, SYS_LISTEN] = [1, 2, 3, 4] as const;
const [SYS_SENDTO, SYS_SETSOCKOPT, SYS_SENDMSG, SYS_SENDMMSG] = [11, 14, 16, 20] as const;

/** A bypass of a right for TCP: open if one of `by` is allowed, and one of `after` if there are any. */
export interface Bypass {
  readonly what: string;
  readonly by: readonly Question[];
  readonly after?: readonly Question[];
  /** The first Landlock ABI that covers it on every kernel. */
  readonly until?: number;
}

/**
 * An io_uring makes sockets, listens and sends without system calls (`IORING_OP_*`); `socketcall` of i386 has only
 * pointers.
 */
const unseen = (call: number): readonly Question[] => [['io_uring_setup'], ['socketcall', call]];

const streamType = { mask: 0xf, value: 1 };
const fastOpenFlag = { mask: 0x2000_0000, value: 0x2000_0000 };
const streams = (protocol: number): readonly Question[] => [
  ...[AF_INET, AF_INET6].map((family): Question => ['socket', family, streamType, protocol]),
  ...unseen(SYS_SOCKET),
];

/** Sockets that reach TCP ports but are not TCP sockets for Landlock. */
const otherSockets = (after: readonly Question[]): readonly Bypass[] => [
  { what: 'MPTCP sockets', by: streams(IPPROTO_MPTCP), after },
  { what: 'SMC sockets', by: [['socket', AF_SMC, streamType], ...streams(IPPROTO_SMC)], after },
];

/** What a right to connect by TCP does not cover. */
export const connectBypasses: readonly Bypass[] = [
  ...otherSockets([['connect'], ...unseen(SYS_CONNECT)]),
  {
    what: 'TCP Fast Open (on a kernel without the fix of Linux 7.2)',
    until: fastOpenAbi,
    by: [
      ['sendto', undefined, undefined, undefined, fastOpenFlag],
      ['sendmsg', undefined, undefined, fastOpenFlag],
      ['sendmmsg', undefined, undefined, undefined, fastOpenFlag],
      ['setsockopt', undefined, IPPROTO_TCP, FASTOPEN_CONNECT],
      ...[SYS_SENDTO, SYS_SENDMSG, SYS_SENDMMSG, SYS_SETSOCKOPT].flatMap(unseen),
    ],
  },
  {
    what: 'upper-layer protocols of TCP',
    by: [['setsockopt', undefined, IPPROTO_TCP, ULP], ...unseen(SYS_SETSOCKOPT)],
  },
];

/** What a right to bind TCP ports does not cover. */
export const bindBypasses: readonly Bypass[] = [
  ...otherSockets([['bind'], ['listen'], ...unseen(SYS_BIND), ...unseen(SYS_LISTEN)]),
  { what: 'listening on a free port without binding', by: [['listen'], ...unseen(SYS_LISTEN)] },
];
