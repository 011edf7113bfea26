import { type Action, errno, killThread, trace } from '../policy/actions.js';
import type { OciProfile } from './oci-keys.js';

/**
 * Returns the effect of an action of a profile. @param error - the number of `SCMP_ACT_ERRNO` and `SCMP_ACT_TRACE`;
 * EPERM by default
 */
export function actionOf(action: OciProfile['defaultAction'], error = 1): Action {
  switch (action) {
    case 'SCMP_ACT_KILL':
    case 'SCMP_ACT_KILL_THREAD':
      return killThread;
    case 'SCMP_ACT_KILL_PROCESS':
      return { action: 'kill-process' };
    case 'SCMP_ACT_TRAP':
      return { action: 'trap', data: 0 };
    case 'SCMP_ACT_ERRNO':
      return errno(error);
    case 'SCMP_ACT_TRACE':
      return trace(error);
    case 'SCMP_ACT_ALLOW':
      return { action: 'allow' };
    case 'SCMP_ACT_LOG':
      return { action: 'log' };
    case 'SCMP_ACT_NOTIFY':
      return { action: 'user-notify' };
  }
}
