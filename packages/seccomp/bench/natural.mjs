// deny-dangerous as one who writes for libseccomp would put it, so that its programs are as good as they get: families
// by ranges and single values (as systemd does), each namespace by its flag, values by SCMP_CMP_EQ. Such 64-bit
// comparisons of int arguments are passed by with junk in the upper half, which is libseccomp's gain here: they are
// shorter than what our rules mean.
// @ts-check
import { expandGroup, syscallNumber } from '@sb/seccomp';

/** @typedef {import('../test/support/reference.mjs').ReferenceRule} ReferenceRule */

// SCMP_CMP_* of seccomp.h
const NE = 1;
const LT = 2;
const EQ = 4;
const GT = 6;
const MASKED_EQ = 7;

/** @param {number} number */
const fails = (number) => 0x5_0000 + number;
const [EPERM, ENOSYS, EPROTONOSUPPORT, EAFNOSUPPORT] = [1, 38, 93, 97].map(fails);

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK */
const families = [1, 2, 10, 16];
/** What a pair of unix sockets may not be: all but SOCK_STREAM and SOCK_SEQPACKET. */
const pairs = Array.from({ length: 16 }, (_, type) => type).filter((type) => type !== 1 && type !== 5);
/** F_SETLEASE, F_SETDELEG, F_NOTIFY */
const leases = [1024, 1040, 1026];
/** TIOCSTI, TIOCLINUX, TIOCSETD */
const requests = [0x5412, 0x541c, 0x5423];
/** `CLONE_NEW*` but NEWTIME, whose bit clone(2) doesn't have. */
const namespaces = [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];

/**
 * @param {string} syscall
 * @param {number | undefined} action
 * @param {...(readonly [arg: number, op: number, a: number, b?: number])} when
 * @returns {ReferenceRule}
 */
const rule = (syscall, action, ...when) => ({
  syscall,
  action: action ?? Number.NaN,
  when: when.map(([arg, op, a, b = 0]) => /** @type {const} */ ([arg, op, BigInt(a), BigInt(b)])),
});

/**
 * The rules on x86-64.
 *
 * @returns {ReferenceRule[]}
 */
export function naturalRules() {
  const listed = [...expandGroup('@deny-dangerous').keys()].filter(
    (name) => syscallNumber(name, 'x86_64') !== undefined,
  );
  const [lowest = 0, highest = 0] = [families[0], families.at(-1)];
  const between = Array.from({ length: highest - lowest }, (_, index) => lowest + index);
  const others = between.filter((family) => !families.includes(family));
  return [
    ...listed.map((name) => rule(name, EPERM)),
    rule('clone3', ENOSYS),
    ...['socket', 'socketpair'].map((name) => rule(name, EAFNOSUPPORT, [0, LT, lowest])),
    ...['socket', 'socketpair'].flatMap((name) => others.map((family) => rule(name, EAFNOSUPPORT, [0, EQ, family]))),
    ...['socket', 'socketpair'].map((name) => rule(name, EAFNOSUPPORT, [0, GT, highest])),
    // AF_INET with SOCK_PACKET is AF_PACKET.
    ...['socket', 'socketpair'].map((name) => rule(name, EAFNOSUPPORT, [0, EQ, 2], [1, MASKED_EQ, 0xf, 10])),
    rule('socket', EPROTONOSUPPORT, [0, EQ, highest], [2, NE, 0]),
    ...requests.map((request) => rule('ioctl', EPERM, [1, EQ, request])),
    ...namespaces.map((flag) => rule('clone', EPERM, [0, MASKED_EQ, flag, flag])),
    rule('prlimit64', EPERM, [0, NE, 0]),
    rule('socket', EAFNOSUPPORT, [0, EQ, 1]),
    ...pairs.map((type) => rule('socketpair', EAFNOSUPPORT, [0, EQ, 1], [1, MASKED_EQ, 0xf, type])),
    ...leases.map((request) => rule('fcntl', EPERM, [1, EQ, request])),
    rule('setpriority', EPERM, [0, NE, 0]),
    rule('ioprio_set', EPERM, [0, NE, 1]),
  ];
}
