/* Random policies that libseccomp can be told: what it has no words for is left out. */
import * as fc from 'fast-check';

import type { Action, Condition, RuleOptions, SeccompOptions } from '../../src/index.js';
import { action as anyAction, condition } from '../property/arbitraries.js';

const calls = [
  'ioctl',
  'socket',
  'prctl',
  'sendto',
  'read',
  'mmap',
  'fcntl',
  'lseek',
  'setsockopt',
  'openat',
  'futex',
  'getpid',
  'kill',
  'madvise',
  'mprotect',
  'dup3',
];
const others = ['mount', 'ptrace', 'bpf', 'reboot', 'chdir', 'write', 'close', 'acct', 'epoll_ctl', 'getppid', 'sync'];
/** Calls that x86-64 and i386 both have, and that no other call of i386 does the work of (socketcall, ipc, mmap). */
const shared = ['ioctl', 'prctl', 'read', 'fcntl', 'lseek', 'openat', 'futex', 'kill', 'madvise', 'mprotect', 'dup3'];

/** Conditions on any arguments, some on the same one. */
const when = fc.array(condition, { minLength: 1, maxLength: 4 });

/** libseccomp's trap has no data, and its largest error is 4,094. */
const action = anyAction.filter((made: Action) => made.action !== 'trap' && !('errno' in made && made.errno === 4095));
/** It takes no user-notify for foreign calls. */
const foreignAction = action.filter((made) => made.action !== 'user-notify');

type Rules = fc.Arbitrary<readonly RuleOptions[]>;
const rule = fc.record({ syscall: fc.constantFrom(...calls), when, action });

const single: Rules = fc.uniqueArray(rule, { selector: ({ syscall }) => syscall, maxLength: 8 });
const alike: Rules = fc
  .tuple(fc.array(rule, { maxLength: 14 }), action)
  .map(([rules, one]) => rules.map(({ syscall, when: conditions }) => ({ syscall, when: conditions, action: one })));
/** Many 64-bit comparisons of one argument with values that share their halves. */
const wide: Rules = fc.array(
  fc.record({
    syscall: fc.constantFrom('mmap', 'lseek'),
    when: fc
      .record({
        arg: fc.constant(1),
        compare: fc.constantFrom('eq64', 'ne64', 'lt64', 'le64', 'gt64', 'ge64'),
        value: fc.constantFrom(
          '0x0',
          '0x1',
          '0x7',
          '0xffffffff',
          '0x100000000',
          '0x100000001',
          '0x1ffffffff',
          '0x700000007',
        ),
      })
      .map((one): Condition[] => [one]),
    action: fc.constant<Action>({ action: 'errno', errno: 'ENOTNAM' }),
  }),
  { minLength: 2, maxLength: 5 },
);
/** Several conditions on one argument, all of which must hold. */
const crowd = fc
  .tuple(fc.nat(5), fc.array(condition, { minLength: 2, maxLength: 4 }))
  .map(([arg, conditions]) => conditions.map((made): Condition => Object.assign({}, made, { arg })));
const crowded: Rules = fc.array(fc.record({ syscall: fc.constantFrom(...calls), when: crowd, action }), {
  minLength: 1,
  maxLength: 8,
});
const onBoth: Rules = fc.array(fc.record({ syscall: fc.constantFrom(...shared), when, action }), { maxLength: 10 });
const mixed: Rules = fc.array(rule, { maxLength: 14 });

function isDefault(said: RuleOptions['action'], base: 'allow-all' | 'deny-all'): boolean {
  const name = typeof said === 'string' ? said : 'errno' in said ? said.errno : said.action;
  return base === 'allow-all' ? name === 'allow' : name === 'EPERM' || name === 1;
}

function policyWith(rules: Rules): fc.Arbitrary<SeccompOptions> {
  return fc
    .record({
      base: fc.constantFrom('allow-all' as const, 'deny-all' as const),
      rules,
      listed: fc.subarray(others),
      foreign: foreignAction,
    })
    .map(({ base, rules: own, listed, foreign }) => ({
      base,
      // Nor does it take a rule that says what the default says.
      rules: own.filter(({ action: said }) => !isDefault(said, base)),
      foreign,
      // libseccomp answers x32 as a foreign architecture, and knows no unknown numbers.
      x32: foreign,
      unknown: base === 'allow-all' ? { action: 'allow' } : { action: 'errno', errno: 'EPERM' },
      deny: base === 'allow-all' ? listed : [],
      allow: base === 'allow-all' ? [] : listed,
    }));
}

/** Random policies by what their rules have in common. */
export const policies = {
  single: policyWith(single),
  alike: policyWith(alike),
  wide: policyWith(wide),
  crowded: policyWith(crowded),
  mixed: policyWith(mixed),
  onBoth: policyWith(onBoth),
};
