import { argumentCount, argumentKind, hotCalls } from '../tables/argument-kinds.js';
import { type Condition, isWide } from '../policy/conditions.js';
import { error, type LintFinding, warning } from './finding.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Rule } from '../policy/rules.js';
import { contradiction } from './satisfiable.js';
import { shadowedRules } from './shadowed.js';
import { syscallNumber } from '../tables/syscalls.js';

/** Findings about the policy's own rules. */
export function lintRules(policy: SeccompPolicy): readonly LintFinding[] {
  const shadowed = shadowedRules(policy.rules);
  return policy.rules.flatMap((rule, index) => {
    const path = `rules[${index}]`;
    return [
      ...reachability(policy, rule, { path, earlier: shadowed.get(index) }),
      ...(rule.when.length > 0 && hotCalls.has(rule.syscall)
        ? [
            warning('hot-call-argument', path, {
              message: `arguments of ${rule.syscall} are compared at every call`,
              hint: 'Filter another call: the kernel remembers an answer only where it depends on no argument.',
            }),
          ]
        : []),
      ...rule.when.flatMap((condition, at) => comparison(rule, condition, `${path}.when[${at}]`)),
    ];
  });
}

interface Place {
  readonly path: string;
  /** Index of the rule that decides instead. */
  readonly earlier: number | undefined;
}

function reachability(
  policy: SeccompPolicy,
  { syscall, when }: Rule,
  { path, earlier }: Place,
): readonly LintFinding[] {
  if (policy.architectures.every((architecture) => syscallNumber(syscall, architecture) === undefined)) {
    const message = `no listed architecture has ${syscall}`;
    return [warning('no-such-call', path, { message, hint: 'Harmless; it filters nothing here.' })];
  }
  const why = contradiction(when);
  if (why !== undefined) {
    return [error('never-matches', path, { message: why, hint: 'Split it into several rules.' })];
  }
  if (earlier === undefined) return [];
  const message = `rules[${earlier}] holds whenever this one does`;
  return [error('shadowed', path, { message, hint: 'Put the more specific rule first.' })];
}

function comparison({ syscall }: Rule, condition: Condition, path: string): readonly LintFinding[] {
  const kind = argumentKind(syscall, condition.arg);
  const what = `argument ${condition.arg} of ${syscall}`;
  if (condition.arg >= (argumentCount(syscall) ?? 6)) {
    const message = `${what} is compared, but the call does not take it`;
    const hint = 'Leave it out: the caller can put anything into that register. The first argument is 0.';
    return [error('no-such-argument', path, { message, hint })];
  }
  if (kind === 'pointer') {
    const message = `${what} is an address`;
    const hint = 'A filter cannot read what it points to, or keep it from changing. Use Landlock for paths.';
    return [warning('pointer-compare', path, { message, hint })];
  }
  if (kind === 'int' && isWide(condition)) {
    const message = `${what} is an int and is compared in 64 bits`;
    const hint = 'Use the 32-bit form: the kernel ignores the upper half, so a caller can put anything there.';
    return [error('wide-compare-of-int', path, { message, hint })];
  }
  if (kind === 'long' && !isWide(condition)) {
    const message = `${what} is a long and only its lower half is compared`;
    return [warning('narrow-compare-of-long', path, { message, hint: 'Use the 64-bit form.' })];
  }
  return [];
}
