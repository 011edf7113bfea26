import { errnoName, readKernelFile } from '@sb/core';

import { capsError } from './errors.js';
import { lastNamedCapability } from './names.js';
import { native } from './native.js';

let known: number | undefined;

/**
 * Returns the number of this kernel's last capability, from `/proc/sys/kernel/cap_last_cap` (Linux 3.2). If that cannot be
 * read, it asks for each capability. On other systems it returns 40, so that text forms can be read anywhere. The number
 * cannot change while the kernel runs, so it is read once.
 *
 * @throws CapsError `syscall-failed` if the kernel answers in neither way
 * @see capabilities(7), prctl(2) PR_CAPBSET_READ
 */
export function lastCapability(): number {
  known ??= process.platform === 'linux' ? (readLast() ?? probeLast()) : lastNamedCapability;
  return known;
}

function readLast(): number | undefined {
  try {
    const text = readKernelFile('/proc/sys/kernel/cap_last_cap').trim();
    return /^\d{1,2}$/.test(text) ? Number(text) : undefined;
  } catch {
    // A /proc that hides sysctl is common in containers. Asking for each capability does not need it.
    return undefined;
  }
}

/** Asks for each capability in turn. Exported for its test. */
export function probeLast(): number {
  const last = native().lastCapability();
  if (last >= 0) return last;
  throw capsError('syscall-failed', 'last-capability', {
    what: `prctl(PR_CAPBSET_READ) failed: ${errnoName(last)}`,
    hint: 'A system-call filter may forbid prctl; allow it.',
    syscall: 'prctl',
    errno: errnoName(last),
  });
}
