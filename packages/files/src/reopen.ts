import { constants, openSync } from 'node:fs';

/**
 * Opens the file of a descriptor again, for reading only and from its start, with or without a name (proc_pid_fd(5)).
 *
 * @param descriptor - stays open
 * @returns another descriptor
 * @throws Error of the system
 */
export function openForReading(descriptor: number): number {
  return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY);
}

/**
 * Opens the file of a descriptor again, for writing only. A terminal does not become the controlling one of this
 * process (proc_pid_fd(5)).
 *
 * @param descriptor - stays open
 * @returns another descriptor: the lowest free number
 * @throws Error of the system: EACCES if this user may not
 */
export function openForWriting(descriptor: number): number {
  return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NOCTTY);
}
