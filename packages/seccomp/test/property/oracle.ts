/*
 * What a policy means, written down a second time and as simply as possible: no tables made in advance, no sharing with
 * the compiler or with the package's own evaluation. Only the data files and the presets' rules are the same.
 */
import type { Action, Architecture, Condition, SeccompPolicy } from '../../src/index.js';
import groups from '../../src/data/groups.json' with { type: 'json' };
import syscalls from '../../src/data/syscalls.json' with { type: 'json' };
import { presets } from '../../src/policy/presets.js';

/** A call as the kernel sees it. */
export interface OracleCall {
  readonly arch: Architecture;
  readonly nr: number;
  readonly args: readonly bigint[];
}

const table = Object.entries(syscalls.calls as Record<string, Partial<Record<Architecture, number>>>);
const named = new Map(
  table.flatMap(([name, numbers]) => Object.entries(numbers).map(([arch, nr]) => [`${arch} ${nr}`, name] as const)),
);
const groupData = groups.groups as Record<string, { readonly from: Record<string, readonly string[]> }>;
const error = (errno: string): Action => ({ action: 'errno', errno });
const families = new Map([
  ['AF_UNIX', 1n],
  ['AF_INET', 2n],
  ['AF_INET6', 10n],
  ['AF_NETLINK', 16n],
  ['AF_PACKET', 17n],
  ['AF_VSOCK', 40n],
]);
const rings =
  'accept accept4 bind close connect creat epoll_ctl epoll_wait fadvise64 fallocate fdatasync fgetxattr fsetxattr fsync ' +
  'ftruncate futex_wait futex_wake getsockopt getxattr link linkat listen madvise mkdir mkdirat open openat ' +
  'openat2 pipe pipe2 poll ppoll pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readv recv recvfrom recvmsg ' +
  'rename renameat renameat2 rmdir send sendmsg sendto setsockopt setxattr shutdown socket splice statx symlink ' +
  'symlinkat sync_file_range tee unlink unlinkat waitid write writev';
/** Calls that hide others, and those. */
const hidden: Record<string, string> = {
  clone3: 'clone',
  io_uring_setup: rings,
  io_uring_enter: rings,
  io_uring_register: rings,
  socketcall:
    'socket bind connect listen accept4 getsockname getpeername socketpair sendto recvfrom shutdown setsockopt ' +
    'getsockopt sendmsg recvmsg recvmmsg sendmmsg',
  ipc: 'semget semctl semtimedop_time64 msgget msgsnd msgrcv msgctl shmget shmat shmdt shmctl',
};

/** The action that a policy means for a call. */
export function oracle(policy: SeccompPolicy, { arch, nr, args }: OracleCall): Action {
  if (!policy.architectures.includes(arch)) return policy.foreign;
  if (arch === 'x86_64' && nr >= 0x4000_0000) return policy.x32;
  const name = named.get(`${arch} ${nr}`);
  if (name === undefined) return policy.unknown;
  if (isFamilyCall(name) && !hasFamily(policy, args)) return error('EAFNOSUPPORT');
  const rules = [...policy.rules, ...(isOwnDenied(policy, name) ? [] : presets[policy.base].rules)];
  const rule = rules.find(({ syscall, when }) => syscall === name && when.every((one) => isTrue(one, args)));
  if (rule !== undefined) return rule.action;
  if (name === 'clone' && hidesNamespaces(policy) && makesNamespaces(args)) return policy.denied;
  return isDetour(policy, name, arch) ? error('ENOSYS') : fallThrough(policy, name);
}

function fallThrough(policy: SeccompPolicy, name: string): Action {
  if (isAllowed(policy, name)) return { action: 'allow' };
  return name === 'clone3' && policy.denied.action === 'errno' ? error('ENOSYS') : policy.denied;
}

const makesNamespaces = (args: readonly bigint[]) => ((args[0] ?? 0n) & 0x7e02_0000n) !== 0n;
const isFamilyCall = (name: string) => name === 'socket' || name === 'socketpair';

function hasFamily({ sockets }: SeccompPolicy, args: readonly bigint[]): boolean {
  const family = (args[0] ?? 0n) & 0xffff_ffffn;
  // AF_INET with SOCK_PACKET is another spelling of AF_PACKET.
  const isPacket = family === 2n && ((args[1] ?? 0n) & 0xfn) === 10n;
  const lists = (wanted: bigint) => sockets !== 'any' && sockets.some((allowed) => families.get(allowed) === wanted);
  return sockets === 'any' || (lists(family) && (!isPacket || lists(17n)));
}

/** A call that hides others whose use is restricted, and that the policy doesn't name itself. */
function isDetour(policy: SeccompPolicy, name: string, arch: Architecture): boolean {
  const inside = hidden[name]?.split(' ').filter((call) => table.some(([known, of]) => known === call && arch in of));
  if (inside === undefined || policy.allow.includes(name)) return false;
  if (name.startsWith('io_uring') && policy.allow.includes('@io-uring')) return false;
  return isAllowed(policy, name) && !inside.every((call) => isFree(policy, call));
}

/** Whether clone is let through beside an unshare that never is, and nobody has said that it may. */
function hidesNamespaces(policy: SeccompPolicy): boolean {
  if (policy.allow.includes('clone') || !isAllowed(policy, 'clone')) return false;
  if (presets[policy.base].rules.some(({ syscall }) => syscall === 'clone')) return false;
  for (const { syscall, when, action } of policy.rules) {
    if (syscall !== 'unshare') continue;
    if (action.action === 'allow' || action.action === 'log') return false;
    if (when.length === 0) return true;
  }
  return !isAllowed(policy, 'unshare');
}

function isTrue({ arg, compare, value, mask }: Condition, args: readonly bigint[]): boolean {
  const size = compare.endsWith('64') ? 64 : 32;
  const left = BigInt.asUintN(size, args[arg] ?? 0n) & (mask === undefined ? -1n : BigInt(mask));
  const right = BigInt(value);
  if (/^eq|^maskedEq/.test(compare)) return left === right;
  if (/^ne|^maskedNe/.test(compare)) return left !== right;
  if (compare.startsWith('lt')) return left < right;
  if (compare.startsWith('le')) return left <= right;
  return compare.startsWith('gt') ? left > right : left >= right;
}

const memory = new Map<string, ReadonlySet<string>>();

function members(group: string): ReadonlySet<string> {
  let all = memory.get(group);
  if (all === undefined) {
    const listed = Object.values(groupData[group]?.from ?? {}).flat();
    all = new Set(listed.flatMap((entry) => (entry.startsWith('@') ? Array.from(members(entry)) : [entry])));
    memory.set(group, all);
  }
  return all;
}

const inGroups = (list: readonly string[], name: string) =>
  list.some((entry) => entry.startsWith('@') && members(entry).has(name));

function isOwnDenied({ deny, allow }: SeccompPolicy, name: string): boolean {
  return deny.includes(name) || (!allow.includes(name) && inGroups(deny, name));
}

/** Where no rule holds. */
function isAllowed(policy: SeccompPolicy, name: string): boolean {
  if (isOwnDenied(policy, name)) return false;
  if (policy.allow.includes(name) || inGroups(policy.allow, name)) return true;
  const { group, listed, others } = presets[policy.base];
  return (group !== undefined && members(group).has(name) ? listed : others) === 'allow';
}

/** Allowed whatever its arguments are. */
function isFree(policy: SeccompPolicy, name: string): boolean {
  const preset = isOwnDenied(policy, name) ? [] : presets[policy.base].rules;
  const hasRules = [...policy.rules, ...preset].some(({ syscall }) => syscall === name);
  const hasFamilies = policy.sockets !== 'any' && isFamilyCall(name);
  return isAllowed(policy, name) && !hasRules && !hasFamilies && !(name === 'clone' && hidesNamespaces(policy));
}
