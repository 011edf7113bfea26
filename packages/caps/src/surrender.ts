import { errnoName, isSandboxError } from '@sb/core';

import { capsError, type CapsError, type CapsErrorCode } from './errors.js';
import { native } from './native.js';

/**
 * Gives up everything that is left after a failed step, also what should have been kept: CAP_SETPCAP and keep_caps could
 * be left.
 *
 * @param failed - the failure of this layer
 * @param cause - the earlier failure. Default: the failure itself
 * @returns the error to throw: that of the failed step, which also says whether everything is gone now
 */
export function surrendered(failed: unknown, cause: unknown = failed): CapsError {
  const result = native().surrender();
  const outcome =
    'errno' in result
      ? `Giving up all capabilities failed as well: ${result.syscall ?? result.step}: ${errnoName(result.errno)}.`
      : 'All capabilities were given up instead, on every thread.';
  if (!isSandboxError(failed)) {
    return capsError('verification-failed', 'verify', {
      what: 'cannot read what is in force',
      hint: `End this process: its rights are unknown. ${outcome}`,
      cause,
    });
  }
  const { step, syscall, errno, path, message, hint = '' } = failed;
  return capsError(failed.code as CapsErrorCode, step, {
    what: message.slice('caps: '.length).replace(`. ${hint}`, ''),
    hint: `${hint} ${outcome}`,
    syscall,
    errno,
    path,
    cause,
  });
}
