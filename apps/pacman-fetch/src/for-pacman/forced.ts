import { readKernelFile } from '@sb/core';

import { readPacmanCommand } from '../pacman/command-line.js';

/**
 * Whether a database that hasn't changed may be left out: pacman has forgotten the time of its own one where `-yy` forces
 * it to be fetched, and says so nowhere but on its command line.
 *
 * @param pid - of the process that has started us
 * @returns false where that is not a pacman whose command line can be read
 */
export function mayLeaveOut(pid: number): boolean {
  try {
    const [program = '', ...args] = readKernelFile(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    if (!/(?:^|\/)pacman$/.test(program)) return false;
    return readPacmanCommand(args)?.refreshes === 1;
  } catch {
    return false;
  }
}
