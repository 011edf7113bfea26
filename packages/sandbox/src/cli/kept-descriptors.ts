import { errorCode, listKernelFolder, readKernelLink } from '@sb/core';

import { misuse } from './usage-error.js';

/**
 * Checks that descriptors came from the caller of sb-run. Node has some under small numbers itself (epoll, eventfd,
 * io_uring, pipes to itself), and the command must not get one of them by mistake.
 *
 * @param descriptors - numbers to keep
 * @throws UsageError
 */
export function checkKept(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) {
    const target = targetOf(descriptor);
    if (target === undefined) misuse(`descriptor ${descriptor} is not open`, `Open it: sb-run … ${descriptor}<FILE.`);
    if (isNodes(target)) misuse(`descriptor ${descriptor} belongs to Node`, 'Open your descriptor under this number.');
  }
}

/** What a descriptor is, as in proc_pid_fd(5); undefined if it is not open. */
function targetOf(descriptor: number | string): string | undefined {
  try {
    return readKernelLink(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Kinds that a program makes only for itself, and pipes of which this process has both ends. */
function isNodes(target: string): boolean {
  if (target.startsWith('anon_inode:[event') || target === 'anon_inode:[io_uring]') return true;
  if (!target.startsWith('pipe:')) return false;
  return listKernelFolder('/proc/self/fd').filter((number) => targetOf(number) === target).length > 1;
}
