import { errorCode, listKernelFolder, readKernelLink } from '@sb/core';

import { misuse } from './usage-error.js';

/**
 * Checks that descriptors came from whoever called sb-run. Node has some of its own under small numbers (epoll, eventfd,
 * io_uring, pipes to itself), and the command must get none of them by mistake.
 *
 * @param descriptors - numbers to keep
 * @throws UsageError
 */
export function checkKept(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) {
    const target = targetOf(descriptor);
    if (target === undefined) misuse(`descriptor ${descriptor} isn't open`, `Open it: sb-run … ${descriptor}<FILE.`);
    if (isNodes(target)) misuse(`descriptor ${descriptor} is Node's own`, 'Open the one to keep under this number.');
  }
}

/** What a descriptor is, as proc_pid_fd(5) has it; undefined where it isn't open. */
function targetOf(descriptor: number | string): string | undefined {
  try {
    return readKernelLink(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Kinds that only a program makes for itself, and pipes of which this process holds both ends. */
function isNodes(target: string): boolean {
  if (target.startsWith('anon_inode:[event') || target === 'anon_inode:[io_uring]') return true;
  if (!target.startsWith('pipe:')) return false;
  return listKernelFolder('/proc/self/fd').filter((number) => targetOf(number) === target).length > 1;
}
