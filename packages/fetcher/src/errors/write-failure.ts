import { errorCode } from '@sb/core';

/** What a failed write means, by its errno. */
const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'No space left on the disk',
  EDQUOT: 'Disk quota exceeded',
  EFBIG: 'The file is larger than allowed here',
  EIO: 'The disk reports an error',
};

/**
 * Returns the code and the message for a failed write.
 *
 * @param error - of write(2) or ftruncate(2)
 */
export function writeFailure(error: unknown): { readonly message: string; readonly isFull: boolean } {
  const code = errorCode(error) ?? 'unknown';
  const message = `${meanings[code] ?? 'The file could not be written'} (${code})`;
  return { message, isFull: code === 'ENOSPC' || code === 'EDQUOT' };
}
