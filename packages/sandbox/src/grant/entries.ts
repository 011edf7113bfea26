import { errorCode } from '@sb/core';
import { type ByteText, type HeldDirectories, type HeldEntry, shownText } from '@sb/files';

import { sandboxError } from '../errors.js';

/** What can't be listed has nothing that could be granted by name: within another sandbox, which doesn't grant it. */
const unlisted: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR']);

/**
 * Lists a directory, entry by entry; lists nothing if this user may not.
 *
 * @throws SandboxError `syscall-failed` if it cannot be listed for another reason: what is unknown cannot be left out
 */
export function* entriesOf(directories: HeldDirectories, folder: ByteText): Generator<HeldEntry> {
  const entries = directories.entries(folder);
  try {
    for (let next = nextOf(entries, folder); next !== undefined; next = nextOf(entries, folder)) yield next;
  } finally {
    entries.return(undefined);
  }
}

function nextOf(entries: Generator<HeldEntry>, folder: ByteText): HeldEntry | undefined {
  try {
    const next = entries.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    const errno = errorCode(error);
    if (unlisted.has(errno)) return undefined;
    const path = shownText(folder);
    throw sandboxError('syscall-failed', 'policy', {
      what: `readdir(${JSON.stringify(path)}) failed: ${errno ?? 'unknown error'}`,
      hint: 'Credentials lie in it, so what is beside them is granted by name. Start from the profile none, and name what is needed.',
      errno,
      path,
    });
  }
}
