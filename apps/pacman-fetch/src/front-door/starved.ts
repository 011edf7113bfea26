import { errorCode, readKernelFile } from '@sb/core';

/** What the kernel says where this process can have no more of something, or is kept from it. */
const shortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EPERM']);

/**
 * Whether a failure may be this process's own, and no server's: another process of its user can lower its limits (prlimit(2)).
 *
 * @param failure - with what it was caused by
 */
export function isStarved(failure: Error): boolean {
  // What resolves names doesn't say what it lacked.
  return isShortage(failure) || !opensAnother();
}

function isShortage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  const inner = Array.isArray(errors) ? [cause, ...(errors as readonly unknown[])] : [cause];
  return shortages.has(errorCode(error) ?? '') || inner.some(isShortage);
}

/** A descriptor is looked for before the file is: whether that may be read doesn't matter. */
function opensAnother(): boolean {
  try {
    readKernelFile('/proc/self/stat');
    return true;
  } catch (error) {
    return !shortages.has(errorCode(error) ?? '');
  }
}
