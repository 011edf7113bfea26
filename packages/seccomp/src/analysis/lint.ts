import { lets, sameAction } from '../policy/actions.js';
import type { Architecture } from '../tables/architectures.js';
import { describeCondition } from '../policy/conditions.js';
import { detours, isShut, newNamespaces, ringCalls } from '../policy/detours.js';
import { error, type LintFinding, warning } from './finding.js';
import { lintAlways } from './lint-always.js';
import { lintRules } from './lint-rules.js';
import { lintSiblings } from './lint-siblings.js';
import { policy as validate } from '../policy/policy.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { syscallNumber } from '../tables/syscalls.js';
import { type Verdict, verdicts } from '../policy/verdicts.js';

type Check = (policy: SeccompPolicy, call: (name: string) => Verdict | undefined) => LintFinding | undefined;

const notImplemented = { action: 'errno', errno: 'ENOSYS' } as const;

/** Checks of the policy as a whole, each on one architecture. */
const checks: readonly Check[] = [
  (_policy, call) =>
    actionsOf(call('clone3')).some((action) => action.action === 'errno' && !sameAction(action, notImplemented))
      ? error('clone3-errno', 'rules', {
          message: 'clone3 fails with an error other than ENOSYS',
          hint: 'Use ENOSYS: on EPERM glibc does not fall back to clone, and Node aborts.',
        })
      : undefined,
  (_policy, call) =>
    (call('clone')?.rules.length ?? 0) > 0 && actionsOf(call('clone3')).some(lets)
      ? error('clone3-bypass', 'allow', {
          message: 'the flags of clone are filtered and clone3 is allowed',
          hint: 'Leave clone3 out: its flags lie behind a pointer. Then it fails with ENOSYS, and programs use clone.',
        })
      : undefined,
  (policy, call) => {
    const [unshare, clone] = [call('unshare'), call('clone')];
    const isBypass = unshare !== undefined && isShut(unshare) && clone?.rules.length === 0 && lets(clone.otherwise);
    return isBypass && policy.allow.includes('clone')
      ? error('namespaces-bypass', 'allow', {
          message: 'unshare is denied and clone is allowed, which makes the same namespaces',
          hint: `Leave clone out of allow, or deny it with ${newNamespaces.map(describeCondition).join(' and ')}.`,
        })
      : undefined;
  },
  (_policy, call) =>
    ringCalls.some((name) => actionsOf(call(name)).some(({ action }) => action.startsWith('kill')))
      ? error('io-uring-kill', 'deny', {
          message: 'io_uring calls kill',
          hint: 'Use an errno: Node 26 calls io_uring_setup at start-up, regardless of UV_USE_IO_URING.',
        })
      : undefined,
  (_policy, call) => {
    const restricted = detours[ringCalls[0]]?.find((name) => !isOpen(call(name)));
    return restricted !== undefined && ringCalls.some((name) => actionsOf(call(name)).some(lets))
      ? error('io-uring-bypass', 'allow', {
          message: `${restricted} is restricted and io_uring is allowed`,
          hint: 'Deny @io-uring: its operations bypass filters.',
        })
      : undefined;
  },
  (policy) =>
    policy.architectures.includes('x86_64') && lets(policy.x32)
      ? error('x32-open', 'x32', {
          message: 'calls of the x32 table are let through',
          hint: 'Leave x32 at ENOSYS: every call has a second number there that no rule sees.',
        })
      : undefined,
  (policy) =>
    lets(policy.foreign)
      ? error('foreign-open', 'foreign', {
          message: 'calls of other architectures are let through',
          hint: 'Leave foreign at kill-process, or list the architecture: it numbers its calls differently.',
        })
      : undefined,
  (policy) =>
    sameAction(policy.unknown, notImplemented)
      ? undefined
      : warning('unknown-not-enosys', 'unknown', {
          message: 'calls newer than the tables do not fail with ENOSYS',
          hint: 'Use ENOSYS, which C libraries take as a sign to fall back; on EPERM they give up.',
        }),
  (_policy, call) =>
    ['exit_group', 'rt_sigreturn'].some((name) => !actionsOf(call(name)).some(lets))
      ? warning('cannot-exit', 'base', {
          message: 'the process can neither end nor return from a signal handler',
          hint: "Allow '@default', or at least exit_group, exit and rt_sigreturn.",
        })
      : undefined,
  (policy) =>
    [policy.denied, policy.unknown, ...policy.rules.map(({ action }) => action)].some(
      ({ action }) => action === 'user-notify' || action === 'trace',
    )
      ? warning('needs-supervisor', 'rules', {
          message: 'an action asks a supervisor or a tracer',
          hint: 'Without one the call fails with ENOSYS. restrictSelf has none and refuses user-notify.',
        })
      : undefined,
];

/**
 * Finds mistakes in a valid policy: holes, crashes of well-behaved programs, rules without effect, slow rules. Pure. An
 * empty answer does not mean that a policy is good.
 *
 * @param policy - from `policy`, or its options
 * @throws the errors of `policy` for invalid options
 */
export function lint(policy: SeccompPolicy | SeccompOptions): readonly LintFinding[] {
  const valid = validate(policy);
  const findings = new Map<string, LintFinding>();
  const add = (found: LintFinding) => findings.set(`${found.code} ${found.path} ${found.message}`, found);
  for (const architecture of valid.architectures) {
    const table = verdicts(valid, architecture);
    const call = (name: string) => verdictIn(table, name, architecture);
    for (const check of checks) {
      const found = check(valid, call);
      if (found !== undefined) add(found);
    }
    lintSiblings(call).forEach(add);
    for (const name of new Set(valid.rules.map(({ syscall }) => syscall))) {
      const verdict = call(name);
      if (verdict !== undefined) lintAlways(name, verdict).forEach(add);
    }
  }
  lintRules(valid).forEach(add);
  return [...findings.values()];
}

function verdictIn(table: ReadonlyMap<number, Verdict>, name: string, architecture: Architecture) {
  const number = syscallNumber(name, architecture);
  return number === undefined ? undefined : table.get(number);
}

/** Every action that a call may get. A call that does not exist gets none. */
function actionsOf(verdict: Verdict | undefined) {
  return verdict === undefined ? [] : [...verdict.rules.map(({ action }) => action), verdict.otherwise];
}

/** Whether a call is let through with all arguments. */
function isOpen(verdict: Verdict | undefined): boolean {
  return actionsOf(verdict).every(lets);
}
