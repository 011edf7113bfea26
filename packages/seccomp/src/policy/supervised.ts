import { errno, lets, userNotify } from './actions.js';
import { arg, type Condition } from './conditions.js';
import type { SeccompPolicy } from './options.js';
import { policy } from './policy.js';
import type { Rule } from './rules.js';
import { verdicts } from './verdicts.js';
import type { Machine } from '../tables/architectures.js';
import { syscallNumber } from '../tables/syscalls.js';

/** Numbers of linux/seccomp.h. */
const SET_MODE_FILTER = 1;
const NEW_LISTENER = 1 << 3;

/**
 * A call that adds a filter with a listener. The kernel answers EBUSY while a listener exists. After the death of its
 * supervisor a program could have one itself, and answer the notified calls in its place.
 */
const addsListener = [arg(0).eq32(SET_MODE_FILTER), arg(1).maskedEq32(NEW_LISTENER, NEW_LISTENER)];

/**
 * Returns a policy that asks a supervisor about some calls where the given policy lets them through, and that lets no
 * program have a listener. Every other answer stays: a supervisor cannot be asked about what is denied. Without a
 * supervisor the kernel answers `user-notify` with ENOSYS, so this policy never lets more through.
 *
 * @param given - from `policy`
 * @param machine - whose calls are meant
 * @param calls - names of calls; those that the machine does not have are left out
 */
export function supervisedPolicy(given: SeccompPolicy, machine: Machine, calls: readonly string[]): SeccompPolicy {
  const asked = calls.filter((name) => syscallNumber(name, machine) !== undefined);
  const replaced = new Set([...asked, 'seccomp']);
  const before = given.rules.filter(({ syscall }) => !replaced.has(syscall));
  const added = [
    ...asked.flatMap((name) => rulesOf(given, machine, name).flatMap(asking)),
    ...rulesOf(given, machine, 'seccomp').flatMap(withoutListener),
  ];
  return policy({ ...given, rules: [...before, ...added] });
}

/** Everything that a policy says about a call, as rules; the last of them always matches. */
function rulesOf(given: SeccompPolicy, machine: Machine, syscall: string): readonly Rule[] {
  const verdict = verdicts(given, machine).get(syscallNumber(syscall, machine) ?? Number.NaN);
  if (verdict === undefined) return [];
  const rules = verdict.rules.map(({ when, action }) => ({ syscall, when, action }));
  return [...rules, { syscall, when: [], action: verdict.otherwise }];
}

/** Without an address this is send(2), which names nothing. */
const hasAddress = arg(4).ne64(0);

/** PTRACE_ATTACH and PTRACE_SEIZE of linux/ptrace.h: other requests are for what is traced already, and are made often. */
const attaches = [arg(0).eq64(16), arg(0).eq64(0x4206)];

/** Conditions for the calls of which not all are asked about: one of them holds. */
const askedIf: Readonly<Record<string, readonly Condition[]>> = { sendto: [hasAddress], ptrace: attaches };

function asking(rule: Rule): readonly Rule[] {
  if (!lets(rule.action)) return [rule];
  const conditions = askedIf[rule.syscall];
  return conditions === undefined ? [askedWhere(rule)] : [...conditions.map((one) => askedWhere(rule, one)), rule];
}

function askedWhere({ syscall, when }: Rule, ...more: readonly Condition[]): Rule {
  return { syscall, when: [...when, ...more], action: userNotify };
}

function withoutListener(rule: Rule): readonly Rule[] {
  if (!lets(rule.action) && rule.action.action !== 'trace') return [rule];
  return [{ ...rule, when: [...rule.when, ...addsListener], action: errno('EBUSY') }, rule];
}
