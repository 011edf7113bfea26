import { isThere } from '@sb/files';

import type { SandboxPolicy } from '../policy/options.js';
import { misuse } from './usage-error.js';

/**
 * Refuses a granted unix socket that does not exist. A kernel without a right for sockets opens no rule for it, so
 * nothing else would report a wrong name.
 *
 * @throws UsageError
 */
export function refuseMissingSockets({ unix = [] }: Pick<SandboxPolicy, 'unix'>): void {
  const missing = unix === 'any' ? undefined : unix.find((path) => !isThere(path));
  if (missing === undefined) return;
  misuse(
    `--unix ${missing}: no such file or directory`,
    'Name the socket, or a directory above it that exists. Nothing was run.',
  );
}
