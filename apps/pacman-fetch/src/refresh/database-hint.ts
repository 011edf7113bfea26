import { errorCode } from '@sb/core';

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Run the command as root.',
  EPERM: 'Run the command as root.',
  EROFS: 'Mount the file system read-write, or set another DBPath.',
  ENOSPC: 'Make room on the disk.',
  EFBIG: 'Raise the limit of file sizes (ulimit -f).',
};

/**
 * What to do if a file or a directory in DBPath cannot be written.
 *
 * @param error - of the system
 * @returns a sentence; undefined without advice
 */
export function databaseHint(error: unknown): string | undefined {
  return hints[errorCode(error) ?? ''];
}
