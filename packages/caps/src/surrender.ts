import { errnoName, isSandboxError } from '@sb/core';

import { capsError, type CapsError, type CapsErrorCode } from './errors.js';
import { native } from './native.js';

/**
 * Gives up everything that is left after a failed step, also what was to be kept: CAP_SETPCAP and keep_caps could still
 * be there.
 *
 * @param failed - the failure of this layer
 * @param cause - what came before it. Default: the failure itself
 * @returns the error to throw: that of the failed step, and whether everything is gone now
 */
export function surrendered(failed: unknown, cause: unknown = failed): CapsError {
  const result = native().surrender();
  const outcome =
    'errno' in result
      ? `Giving up all capabilities failed as well: ${result.syscall ?? result.step}: ${errnoName(result.errno)}.`
      : 'All capabilities were given up instead, on every thread.';
  if (!isSandboxError(failed)) {
    return capsError('verification-failed', 'verify', {
      what: 'what is in force could not be read',
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
