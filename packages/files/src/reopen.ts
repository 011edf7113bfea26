import { constants, openSync } from 'node:fs';

/**
 * Opens what a descriptor stands for once more, for reading alone and from its beginning, whether it has a name or not
 * (proc_pid_fd(5)).
 *
 * @param descriptor - stays open
 * @returns another descriptor
 * @throws Error of the system
 */
export function openForReading(descriptor: number): number {
  return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY);
}

/**
 * Opens what a descriptor stands for once more, for writing alone, and so that a terminal doesn't become the one that
 * controls this process (proc_pid_fd(5)).
 *
 * @param descriptor - stays open
 * @returns another descriptor: the lowest number that is free
 * @throws Error of the system: EACCES where this user may not
 */
export function openForWriting(descriptor: number): number {
  return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NOCTTY);
}
