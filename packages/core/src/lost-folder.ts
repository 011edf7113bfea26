import { errorCode } from './errno.js';

/** The error of a program whose working directory was removed, for a relative path. */
export const lostFolder = {
  what: 'the working directory no longer exists',
  hint: 'Change to a directory that exists, or give paths that begin with "/".',
} as const;

/**
 * Whether an error says that the working directory was removed, so that relative paths cannot be resolved.
 *
 * @param error - any caught value
 * @see ENOENT in getcwd(3); Node calls it `uv_cwd`
 */
export function isFolderLost(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
}
