import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';

/**
 * Returns the failure of a pacman that could not be started; any other error is returned as it is.
 *
 * @param error - from spawn
 */
export function notStarted(error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined || (error as { readonly syscall?: string }).syscall !== 'spawn pacman') return error;
  if (code === 'ENOENT') {
    return new FetchError('usage', 'pacman is not installed', 'Install it, or add its directory to PATH.');
  }
  const why = code === 'EACCES' ? 'it is not an executable file (EACCES)' : `the system refused to start it (${code})`;
  return new FetchError('usage', `pacman could not be started: ${why}`, 'Install pacman again.');
}
