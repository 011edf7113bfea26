import { errorCode, readKernelFile } from '@sb/core';

/** Errors of the kernel for a process that has reached a limit, or is kept from a resource. */
const shortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EPERM']);

/**
 * Whether a failure may be due to this process, and not to a server: another process of its user can lower its limits
 * (prlimit(2)).
 *
 * @param failure - with its causes
 */
export function isStarved(failure: Error): boolean {
  // The resolver of names does not report what it lacked.
  return isShortage(failure) || !opensAnother();
}

function isShortage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  const inner = Array.isArray(errors) ? [cause, ...(errors as readonly unknown[])] : [cause];
  return shortages.has(errorCode(error) ?? '') || inner.some(isShortage);
}

/**
 * The kernel allocates a descriptor before it looks for the file, so it does not matter whether the file may be read.
 */
function opensAnother(): boolean {
  try {
    readKernelFile('/proc/self/stat');
    return true;
  } catch (error) {
    return !shortages.has(errorCode(error) ?? '');
  }
}
