import type { SeccompPolicy } from '@sb/seccomp';

import type { SandboxedProcess } from './child.js';
import { closeAnonymous } from '../native.js';
import { Explainer } from '../denials/explanation.js';
import type { SandboxPlan } from '../plan/plan.js';
import { makePipe } from '../system/pipe.js';
import { DenialWatch } from '../denials/watch.js';

/**
 * Starts a child whose supervisor reports to this process, and gives it `denials`.
 *
 * @param expected - what the launcher applies
 * @param seccomp - the policy of the filter
 * @param start - starts it; its argument is the end of the pipe for the supervisor
 */
export function withDenials(
  { landlock, caps }: SandboxPlan['expected'],
  seccomp: SeccompPolicy | undefined,
  start: (report: number) => SandboxedProcess,
): SandboxedProcess {
  if (landlock === undefined) throw new Error('a supervised plan has rules for files');
  const { input, output } = makePipe();
  let child: SandboxedProcess;
  try {
    child = start(output);
  } catch (error) {
    closeAnonymous(input);
    throw error;
  } finally {
    closeAnonymous(output);
  }
  const explainer = new Explainer({ landlock, seccomp, kept: caps?.permitted });
  const denials = new DenialWatch(input, explainer, (denial) => child.emit('denial', denial));
  child.once('exit', () => denials.programEnded()).once('close', () => denials.programEnded());
  return Object.assign(child, { denials });
}
