import { readKernelFile } from '@sb/core';

/**
 * The mount that something open lies on, as the kernel numbers it. No server of a file system is asked.
 *
 * @param descriptor - also with O_PATH
 * @returns undefined where the kernel doesn't say it
 * @throws Error of the system where `/proc` can't be read
 * @see proc_pid_fdinfo(5)
 */
export function mountOf(descriptor: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const id = /^mnt_id:\s*(\d+)$/m.exec(readKernelFile(`/proc/self/fdinfo/${descriptor}`))?.[1];
  return id === undefined ? undefined : Number(id);
}
