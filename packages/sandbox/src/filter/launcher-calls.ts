import type { Machine, Rule, SeccompPolicy } from '@sb/seccomp';

import { sandboxError } from '../errors.js';
import { answersOf, type Question } from './questions.js';

/** A filter that a launcher loads, and what the launcher is known to it by. */
export interface LoadedFilter {
  readonly policy: SeccompPolicy;
  readonly machine: Machine;
  /** The sixth argument of the launcher's exec; undefined for none. */
  readonly execKey: bigint | undefined;
}

/** The descriptor that a launcher with three standard streams tells of its failure by. */
export const usualStatus = 4;

const AT_FDCWD = -100;
/** `SB_LAUNCHER_FAILED` of launcher.h. */
const launcherFailed = 125;

/** What the launcher calls after it has loaded the filter (native/launcher: process.c, report.c, start.c). */
const lastCalls = (execKey: bigint, status: number): readonly LastCall[] => [
  {
    question: ['execveat', AT_FDCWD, undefined, undefined, undefined, 0, execKey],
    purpose: 'to start the program',
    hint: 'Let it through; execOnce keeps the program from executing another one.',
  },
  {
    question: ['write', status],
    purpose: 'to tell that the program could not be started, which would look like success without it',
    hint: 'Let it through, at least to all descriptors above 2.',
  },
  {
    question: ['exit_group', launcherFailed],
    purpose: 'to end where the program could not be started',
    hint: "Let it through, for instance by allow: ['@default']; a program needs it too.",
  },
];

interface LastCall {
  readonly question: Question;
  readonly purpose: string;
  readonly hint: string;
}

/**
 * Refuses a filter under which the launcher can't come to its end, whatever it ends in: the program would never run and
 * be reported as sandboxed, or the launcher would never end.
 *
 * @param filter - what will be loaded
 * @param status - the descriptor that the launcher tells of its failure by
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
      what: `seccomp answers ${question[0]} with ${worded(first)}, and the launcher needs it ${purpose}`,
      hint,
      path: 'seccomp',
    });
  }
  startable.set(filter, status);
}

/** Filters that were found right, and the descriptor that was last asked about. */
const startable = new WeakMap<LoadedFilter, number>();

/** A tracer that would let the call through is not there: the kernel answers ENOSYS then. */
const isLet = ({ action }: Rule['action']): boolean => action === 'allow' || action === 'log';

function worded(action: Rule['action']): string {
  return action.action === 'errno' ? String(action.errno) : action.action;
}
