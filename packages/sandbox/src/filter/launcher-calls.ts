import type { Machine, Rule, SeccompPolicy } from '@sb/seccomp';

import { sandboxError } from '../errors.js';
import { answersOf, type Question } from './questions.js';

/** A filter that a launcher loads, and the key by which the filter knows the launcher. */
export interface LoadedFilter {
  readonly policy: SeccompPolicy;
  readonly machine: Machine;
  /** The sixth argument of the launcher's exec; undefined for none. */
  readonly execKey: bigint | undefined;
}

/** The descriptor on which a launcher with three standard streams reports its failure. */
export const usualStatus = 4;

const AT_FDCWD = -100;
/** `SB_LAUNCHER_FAILED` of launcher.h. */
const launcherFailed = 125;

/** The calls of the launcher after it has loaded the filter (native/launcher: process.c, report.c, start.c). */
const lastCalls = (execKey: bigint, status: number): readonly LastCall[] => [
  {
    question: ['execveat', AT_FDCWD, undefined, undefined, undefined, 0, execKey],
    purpose: 'to start the program',
    hint: 'Allow it; execOnce prevents the program from executing another one.',
  },
  {
    question: ['write', status],
    purpose: 'to report that the program could not be started, which would otherwise look like success',
    hint: 'Allow it, at least for all descriptors above 2.',
  },
  {
    question: ['exit_group', launcherFailed],
    purpose: 'to end if the program could not be started',
    hint: "Allow it, for instance by allow: ['@default']; a program needs it too.",
  },
];

interface LastCall {
  readonly question: Question;
  readonly purpose: string;
  readonly hint: string;
}

/**
 * Refuses a filter under which the launcher cannot finish. Otherwise the program would never run and be reported as
 * sandboxed, or the launcher would never end.
 *
 * @param filter - that will be loaded
 * @param status - the descriptor on which the launcher reports its failure
 * @throws SandboxError `invalid-policy`
 */
export function refuseUnstartable(filter: LoadedFilter, status: number): void {
  const { policy, machine, execKey = 0n } = filter;
  // A thousand starts ask the same.
  if (startable.get(filter) === status) return;
  for (const { question, purpose, hint } of lastCalls(execKey, status)) {
    const answers = answersOf(policy, machine, question);
    if (answers.some(isLet)) continue;
    const [first = policy.foreign] = answers;
    throw sandboxError('invalid-policy', 'plan', {
      what: `seccomp answers ${question[0]} with ${worded(first)}, but the launcher needs it ${purpose}`,
      hint,
      path: 'seccomp',
    });
  }
  startable.set(filter, status);
}

/** Filters that passed the check, and the descriptor of the last check. */
const startable = new WeakMap<LoadedFilter, number>();

/** Without its tracer a call of that kind fails: the kernel answers ENOSYS. */
const isLet = ({ action }: Rule['action']): boolean => action === 'allow' || action === 'log';

function worded(action: Rule['action']): string {
  return action.action === 'errno' ? String(action.errno) : action.action;
}
