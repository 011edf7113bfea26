import { readKernelFile } from '@sb/core';

/**
 * Returns the kernel's number of the mount that a descriptor is on. It does not ask the server of a file system.
 *
 * @param descriptor - also with O_PATH
 * @returns undefined if the kernel does not report it
 * @throws Error of the system if `/proc` cannot be read
 * @see proc_pid_fdinfo(5)
 */
export function mountOf(descriptor: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const id = /^mnt_id:\s*(\d+)$/m.exec(readKernelFile(`/proc/self/fdinfo/${descriptor}`))?.[1];
  return id === undefined ? undefined : Number(id);
}
