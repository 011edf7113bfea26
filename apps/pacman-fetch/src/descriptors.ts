import { closeSync, readdirSync, readFileSync } from 'node:fs';

import { errorCode } from '@sb/core';

/** O_CLOEXEC in the flags of `/proc/<pid>/fdinfo/<n>` (`open(2)`, `proc_pid_fdinfo(5)`). */
const O_CLOEXEC = 0o2_000_000;

/**
 * The descriptors of a process that it inherited and was not meant to have. Node opens all of its own close-on-exec; a
 * descriptor without that flag came with exec. Empty where there is no `/proc`.
 *
 * @param pid - process id, or `'self'`
 * @param expected - how many descriptors it was given, from 0 on
 */
export function strayDescriptors(pid: number | 'self', expected: number): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/fd`)
    .map(Number)
    .filter((descriptor) => descriptor >= expected && !closesOnExec(pid, descriptor));
}

/** Closes what this process inherited and was not meant to have, for instance a log that its parent holds open. */
export function closeStrayDescriptors(expected: number): void {
  for (const descriptor of strayDescriptors('self', expected)) closeSync(descriptor);
}

function closesOnExec(pid: number | 'self', descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & O_CLOEXEC) !== 0;
  } catch (error) {
    // It was the one that listed the folder, or was closed meanwhile.
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}
