import { type DeniedCall, missingPrebuild, type PrebuildMissing } from '@sb/core';

import { lastCapability } from './last.js';
import { native } from './native.js';
import { type CapabilityState, get } from './state.js';

/** What this process can do about its capabilities. Plain data, so that every situation can be planned for anywhere. */
export type CapsSupport =
  | {
      readonly state: 'available';
      /** Number of the kernel's last capability. */
      readonly last: number;
      /** What the calling thread has now. */
      readonly present: CapabilityState;
      /**
       * Calls that a filter above denies; absent or empty where none does. Asked only where there may be one, in a process
       * apart: nothing of this one changes.
       */
      readonly denied?: readonly DeniedCall[];
    }
  | { readonly state: 'unsupported-platform'; readonly reason: string }
  | PrebuildMissing;

/**
 * Reads what this process can do. Never throws for a missing feature: the answer says so.
 *
 * @throws CapsError `syscall-failed` if `/proc` is not mounted, since nothing could be verified then
 */
export function support(): CapsSupport {
  if (process.platform !== 'linux') {
    return { state: 'unsupported-platform', reason: `${process.platform} has no Linux capabilities` };
  }
  const missing = missingPrebuild(native);
  if (missing !== undefined) return missing;
  const denied = native().denied();
  return { state: 'available', last: lastCapability(), present: get(), ...(denied.length > 0 ? { denied } : {}) };
}
