import { readKernelFile } from '@sb/core';

import { readPacmanCommand } from '../pacman/command-line.js';

/**
 * Whether a database that has not changed may be left out. With `-yy` pacman forgets the time of its database, to
 * force the download. It shows this only in its command line.
 *
 * @param pid - of the process that has started this one
 * @returns false if that is not a pacman whose command line can be read
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
