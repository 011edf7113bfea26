import { type DeniedCall, missingPrebuild, type PrebuildMissing } from '@sb/core';

import { lastCapability } from './last.js';
import { native } from './native.js';
import { type CapabilityState, get } from './state.js';

/** How this process can change its capabilities. Plain data, so that every situation can be planned on any machine. */
export type CapsSupport =
  | {
      readonly state: 'available';
      /** Number of the kernel's last capability. */
      readonly last: number;
      /** What the calling thread has now. */
      readonly present: CapabilityState;
      /**
       * Calls that an earlier filter denies; absent or empty without one. They are tried only if a filter is possible, in a
       * separate process, so nothing changes in this one.
       */
      readonly denied?: readonly DeniedCall[];
    }
  | { readonly state: 'unsupported-platform'; readonly reason: string }
  | PrebuildMissing;

/**
 * Reads what this process can do. It never throws for a missing feature: the answer says so.
 *
 * @throws CapsError `syscall-failed` if `/proc` is not mounted, because nothing could be verified then
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
