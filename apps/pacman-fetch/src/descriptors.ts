import { errorCode, listKernelFolder, readKernelFile } from '@sb/core';

/** O_CLOEXEC in the flags of `/proc/<pid>/fdinfo/<n>` (`open(2)`, `proc_pid_fdinfo(5)`). */
const O_CLOEXEC = 0o2_000_000;

/**
 * Finds the descriptors that this process inherited by mistake, for instance a log that its parent has open. Node opens
 * all its descriptors close-on-exec, so a descriptor without that flag was inherited. Returns none if `/proc` is
 * missing.
 *
 * @param expected - how many descriptors it was given, from 0 on
 */
export function strayDescriptors(expected: number): readonly number[] {
  if (process.platform !== 'linux') return [];
  const descriptors = listKernelFolder('/proc/self/fd').map(Number);
  return descriptors.filter((descriptor) => descriptor >= expected && !closesOnExec(descriptor));
}

function closesOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readKernelFile(`/proc/self/fdinfo/${descriptor}`))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & O_CLOEXEC) !== 0;
  } catch (error) {
    // It was the descriptor that listed the directory, or it has been closed.
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}
