/* Random policies, and random calls that are likely to hit what a policy is about. */
import * as fc from 'fast-check';

import { groupNames } from '../../src/tables/groups.js';
import type { Action, Condition, SeccompOptions, SeccompPolicy } from '../../src/index.js';
import { comparisons } from '../../src/policy/conditions.js';
import { baseNames } from '../../src/policy/presets.js';
import { syscallNumber, syscallTable } from '../../src/tables/syscalls.js';
import type { OracleCall } from './oracle.js';

const architectures = ['x86_64', 'i386', 'aarch64', 'riscv64'] as const;
const names = [...new Set(architectures.flatMap((architecture) => [...syscallTable(architecture).values()]))];
/** Calls with rules of their own in presets, or with something special about them. */
const special = [
  'ioctl',
  'socket',
  'socketpair',
  'clone',
  'clone3',
  'sendto',
  'sendmsg',
  'setsockopt',
  'read',
  'mmap',
  'socketcall',
  'ipc',
  'io_uring_setup',
  'io_uring_enter',
  'execve',
  'prctl',
  'unshare',
];
const interesting = [0n, 1n, 2n, 0x5412n, 0x10000n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n];
const wider = [0x1_0000_5412n, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn];
const name = fc.oneof(fc.constantFrom(...special), fc.constantFrom(...names));

export const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>(
    { action: 'allow' },
    { action: 'log' },
    { action: 'kill-process' },
    { action: 'kill-thread' },
  ),
  fc.constantFrom<Action>({ action: 'user-notify' }, { action: 'trace', data: 7 }, { action: 'trap', data: 65_535 }),
  fc.integer({ min: 1, max: 4095 }).map((errno): Action => ({ action: 'errno', errno })),
);
export const denial = action.filter(({ action: is }) => is !== 'allow' && is !== 'log');

const value64 = fc.oneof(fc.constantFrom(...interesting, ...wider), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));

export const condition: fc.Arbitrary<Condition> = fc
  .tuple(fc.constantFrom(...comparisons), fc.nat(5), value64, value64)
  .map(([compare, arg, value, mask]) => {
    const encode = (number: bigint) =>
      compare.endsWith('64') ? `0x${number.toString(16)}` : Number(BigInt.asUintN(32, number));
    // A masked comparison that can be true at all, most of the time.
    const wanted = compare.startsWith('masked') && value % 8n !== 7n ? value & mask : value;
    const made = { arg, compare, value: encode(wanted) };
    return compare.startsWith('masked') ? Object.assign(made, { mask: encode(mask) }) : made;
  });

/** An entry of a list. */
export const entry = fc.oneof(name, fc.constantFrom(...groupNames));
const listed = fc.array(entry, { maxLength: 6 });
export const rule = fc.record({ syscall: name, when: fc.array(condition, { maxLength: 4 }), action });

/** Few rules on any calls, or many of them on a few, so that they meet. */
const rules = fc.oneof(
  fc.array(rule, { maxLength: 8 }),
  fc.array(rule, { minLength: 9, maxLength: 40 }),
  fc
    .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.array(rule, { minLength: 9, maxLength: 30 }))
    .map(([few, many]) => many.map((one, index) => ({ ...one, syscall: few[index % few.length] ?? one.syscall }))),
);

export const options: fc.Arbitrary<SeccompOptions> = fc
  .record(
    {
      base: fc.constantFrom(...baseNames),
      deny: listed,
      allow: listed,
      rules,
      sockets: fc.oneof(
        fc.constant('any' as const),
        fc.subarray(['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_PACKET', 'AF_VSOCK'] as const).map(Array.from),
      ),
      denied: denial,
      unknown: action,
      foreign: action,
      x32: action,
      architectures: fc.subarray([...architectures], { minLength: 1 }),
    },
    { requiredKeys: ['base'] },
  )
  .map((made) => {
    const allow = (made.allow ?? []).filter((one) => made.deny?.includes(one) !== true);
    return Object.assign(made, { allow }) as SeccompOptions;
  });

/** Random numbers from a seed (xorshift), since a policy is tried on more calls than fast-check should shrink. */
export function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A call that is about as likely to hit a rule of the policy as to miss it. */
export function callFor(policy: SeccompPolicy, next: (below: number) => number): OracleCall {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const arch = pick(next(8) === 0 ? architectures : policy.architectures);
  const about = policy.rules.length > 0 && next(2) === 0 ? pick(policy.rules) : undefined;
  const wanted = about?.syscall ?? (next(2) === 0 ? pick(special) : pick([...syscallTable(arch).values()]));
  const number = syscallNumber(wanted, arch) ?? next(600);
  const odd = [next(600), number + 0x4000_0000, next(2 ** 32), next(4) === 0 ? 0xffff_ffff : next(600)];
  const nr = next(2) === 0 ? number : (odd[next(odd.length)] ?? number);
  const args = Array.from({ length: 6 }, (_, index) =>
    argument(
      about?.when.filter(({ arg }) => arg === index),
      next,
    ),
  );
  return { arch, nr: nr >>> 0, args: args.map((value) => BigInt.asUintN(arch === 'i386' ? 32 : 64, value)) };
}

function argument(conditions: readonly Condition[] | undefined, next: (below: number) => number): bigint {
  const about = conditions?.[next(conditions.length || 1)];
  const value = about === undefined ? (interesting[next(interesting.length)] ?? 0n) : BigInt(about.value);
  const near = value + BigInt(next(3) - 1);
  // The half that a 32-bit comparison must not see.
  return next(3) === 0 ? near ^ (BigInt(next(2 ** 32)) << 32n) : next(6) === 0 ? near ^ BigInt(next(2 ** 32)) : near;
}
