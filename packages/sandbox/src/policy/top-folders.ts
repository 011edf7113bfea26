import { readdirSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { sandboxError } from '../errors.js';

/** Where what others type, and what disks hold, can be read by a name: a read takes it away, or goes around modes. */
const devices = 'dev';

/**
 * What lies in `/` now but `/dev`: the preset `read-only` grants each of it, since a ruleset can only grant, and a rule
 * for `/` would be one for `/dev` as well. Symbolic links are left out: what they lead to has a rule of its own, or none.
 *
 * @returns absolute paths of folders and files, sorted
 * @throws SandboxError `syscall-failed` where `/` can't be listed
 */
export function topFolders(): readonly string[] {
  try {
    const entries = readdirSync('/', { withFileTypes: true });
    const granted = entries.filter((entry) => (entry.isDirectory() || entry.isFile()) && entry.name !== devices);
    return granted.map(({ name }) => `/${name}`).sort();
  } catch (error) {
    const errno = errorCode(error) ?? 'unknown error';
    throw sandboxError('syscall-failed', 'policy', {
      what: `readdir("/") failed: ${errno}`,
      hint: 'The preset read-only grants what is there. Start from minimal or none, and name what is needed.',
      errno,
      path: '/',
    });
  }
}
