import { absolutePath } from '../policy/absolute-path.js';
import type { SandboxPolicy } from '../policy/options.js';
import { type Addition, additionFor } from './addition.js';
import { type InForce, type Verdicts, verdictsOn } from './answer.js';
import { attempted } from './attempted.js';
import { type ReadQuestion, readQuestion } from './question.js';

/** The answer of a sandbox to one attempt. */
export interface SandboxAnswer extends Verdicts {
  /** The attempt, with absolute paths: `write /etc/hosts`. */
  readonly attempt: string;
  /** What would allow it. Absent if it is allowed, and if no option or rule would be enough. */
  readonly add?: Addition;
}

/**
 * Answers a question from a policy, without starting anything.
 *
 * @param question - from the caller
 * @param policy - of the sandbox
 * @param inForceOf - returns what would be in force under a policy
 */
export function answer(
  question: unknown,
  policy: SandboxPolicy,
  inForceOf: (policy: SandboxPolicy) => InForce,
): SandboxAnswer {
  const read = withAbsolutePaths(readQuestion(question), policy.cwd);
  const attempt = attempted(read);
  const ask = (one: SandboxPolicy): Verdicts => verdictsOn(attempt, inForceOf(one));
  const verdict = ask(policy);
  const add = verdict.allowed ? undefined : additionFor(policy, verdict, { question: read, attempt, ask });
  return { attempt: attempt.text, ...verdict, ...(add === undefined ? {} : { add }) };
}

const withPaths = ['read', 'write', 'execute', 'make', 'remove', 'rename', 'link', 'to'] as const;

/** Relative paths begin at the working directory of the program. */
function withAbsolutePaths(question: ReadQuestion, cwd: string | undefined): ReadQuestion {
  const paths = withPaths.flatMap((name) => {
    const path = question[name];
    return path === undefined ? [] : [[name, absolutePath(path, cwd)] as const];
  });
  return { ...question, ...Object.fromEntries(paths) };
}
