import { type Dirent, readdirSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { sandboxError } from '../errors.js';

/** What can't be listed has nothing that could be granted by name: within another sandbox, which doesn't grant it. */
const unlisted: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR']);

/**
 * What lies in a folder; nothing where it is not for this user.
 *
 * @throws SandboxError `syscall-failed` where it can't be listed for another reason: what is not known can't be left out
 */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const errno = errorCode(error);
    if (unlisted.has(errno)) return [];
    throw sandboxError('syscall-failed', 'policy', {
      what: `readdir(${JSON.stringify(folder)}) failed: ${errno ?? 'unknown error'}`,
      hint: 'Credentials lie in it, so what is beside them is granted by name. Start from the profile none, and name what is needed.',
      errno,
      path: folder,
    });
  }
}
