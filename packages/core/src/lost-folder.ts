import { errorCode } from './errno.js';

/** What a program says where its working directory was removed, and a path was given that begins there. */
export const lostFolder = {
  what: "the working directory doesn't exist any more",
  hint: 'Change to a directory that exists, or give paths that begin with "/".',
} as const;

/**
 * Whether an error says that the working directory was removed, so that no path begins there.
 *
 * @param error - whatever a `catch` caught
 * @see ENOENT in getcwd(3); Node calls it `uv_cwd`
 */
export function isFolderLost(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
}
