import { isSandboxError } from '@sb/core';

import { definePolicy } from '../policy/define.js';
import type { SandboxOptions, SandboxPolicy } from '../policy/options.js';
import type { Verdicts } from './answer.js';
import type { Attempted } from './attempted.js';
import { type Candidate, candidatesFor, withCandidate } from './candidate.js';
import type { ReadQuestion } from './question.js';

/** What would allow an attempt. */
export interface Addition {
  /** Words for `sb-run`; absent if no option expresses it, and a policy is needed. */
  readonly options?: readonly string[];
  /** What a policy needs in addition. */
  readonly policy: SandboxOptions;
}

/** An attempt, and a function that returns its answer under a policy. */
export interface Asked {
  readonly question: ReadQuestion;
  readonly attempt: Attempted;
  readonly ask: (policy: SandboxPolicy) => Verdicts;
}

/** A policy with one addition, and its answer. */
interface Step {
  readonly candidate: Candidate;
  readonly policy: SandboxPolicy;
  readonly verdict: Verdicts;
}

/** An attempt lacks at most one or two calls, a rule and a capability. */
const mostSteps = 4;

/**
 * Searches the least addition that would allow an attempt, and tries it: the result was tested.
 *
 * @param before - the policy
 * @param denied - its answer
 * @returns undefined if one addition for each layer is not enough
 */
export function additionFor(before: SandboxPolicy, denied: Verdicts, asked: Asked): Addition | undefined {
  let [policy, verdict] = [before, denied];
  const chosen: Candidate[] = [];
  while (!verdict.allowed && chosen.length < mostSteps) {
    const step = stepFrom(policy, verdict, asked);
    if (step === undefined) return undefined;
    chosen.push(step.candidate);
    ({ policy, verdict } = step);
  }
  if (!verdict.allowed) return undefined;
  const words = chosen.flatMap(({ options }) => (options === undefined ? [] : [options]));
  return {
    ...(words.length === chosen.length ? { options: words.flat() } : {}),
    policy: chosen.reduce<SandboxOptions>(withCandidate, {}),
  };
}

/** The first candidate that allows it, or after which another layer denies it. */
function stepFrom(policy: SandboxPolicy, last: Verdicts, asked: Asked): Step | undefined {
  for (const candidate of candidatesFor(last, asked, policy)) {
    const step = stepBy(policy, candidate, asked);
    if (step !== undefined && isBetter(step.verdict, last)) return step;
  }
  return undefined;
}

function isBetter(next: Verdicts, last: Verdicts): boolean {
  return next.allowed || next.layer !== last.layer || (next.layer === 'seccomp' && next.reason !== last.reason);
}

/** @returns undefined if such a policy is impossible, for instance with a rule for a file that does not exist */
function stepBy(before: SandboxPolicy, candidate: Candidate, { ask }: Asked): Step | undefined {
  try {
    const policy = definePolicy(withCandidate(before, candidate));
    return { candidate, policy, verdict: ask(policy) };
  } catch (error) {
    if (isSandboxError(error)) return undefined;
    throw error;
  }
}
