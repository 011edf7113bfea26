import { errnoName, readKernelFile } from '@sb/core';

import { capsError } from './errors.js';
import { lastNamedCapability } from './names.js';
import { native } from './native.js';

let known: number | undefined;

/**
 * The number of this kernel's last capability: `/proc/sys/kernel/cap_last_cap` (Linux 3.2), or by asking for each where
 * that can't be read; 40 on other systems, so that text forms can be read anywhere. It can't change while the kernel
 * runs, so it is read once.
 *
 * @throws CapsError `syscall-failed` if the kernel answers neither way
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
    // A /proc that hides sysctl is common in containers; the question below needs none.
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
