import type { LandlockPolicy } from '@sb/landlock';

import type { SandboxedProcess } from './child.js';
import { closeAnonymous } from '../native.js';
import { makePipe } from '../system/pipe.js';
import { DenialWatch } from '../denials/watch.js';

/**
 * Starts a child whose supervisor reports to this process, and gives it `denials`.
 *
 * @param policy - the rules that the launcher applies
 * @param start - starts it; its argument is the end of the pipe for the supervisor
 */
export function withDenials(
  policy: LandlockPolicy | undefined,
  start: (report: number) => SandboxedProcess,
): SandboxedProcess {
  if (policy === undefined) throw new Error('a supervised plan has rules for files');
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
  const denials = new DenialWatch(input, policy, (denial) => child.emit('denial', denial));
  child.once('exit', () => denials.programEnded()).once('close', () => denials.programEnded());
  return Object.assign(child, { denials });
}
