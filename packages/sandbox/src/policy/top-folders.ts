import { readdirSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { sandboxError } from '../errors.js';

/** Terminal input and disks can be read by a name there: a read removes input, or bypasses file modes. */
const devices = 'dev';

/**
 * Lists the entries of `/` except for `/dev`. The preset `read-only` grants each of them, since a ruleset can only
 * grant, and a rule for `/` would include `/dev`. Symbolic links are left out: their targets have their own rules, or
 * none.
 *
 * @returns absolute paths of directories and files, sorted
 * @throws SandboxError `syscall-failed` if `/` cannot be listed
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
      hint: 'The preset read-only grants the entries of /. Start from minimal or none, and name what is needed.',
      errno,
      path: '/',
    });
  }
}
