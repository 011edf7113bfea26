import type { Completable, Completed } from '@sb/cli-kit';

import type { Commands } from '../options/command.js';
import { standsForPacman } from './words.js';
import { helpOption } from '../options/parse.js';
import { oneFileOptions } from '../options/one-file.js';

/** `-o FILE URL`, and the program itself. */
const program: Completable = { name: 'pacman-fetch', about: '', options: oneFileOptions, offers: [] };

/**
 * Returns what a shell completes for this program. Words after `--` are pacman's.
 *
 * @param commands - the table of commands
 */
export async function completedProgram(commands: Commands): Promise<Completed> {
  const loaded = Object.entries(commands).map(async ([name, entry]): Promise<Completable> => {
    const { options, offers = [], listedBy = [], behind } = await entry.load();
    return { name, about: entry.about, options: { ...options, ...helpOption }, offers, listedBy, behind };
  });
  const printedBy = (shell: string) => `pacman-fetch completion ${shell}`;
  return { program, commands: await Promise.all(loaded), printedBy, runs: false, inPlaceOf: standsForPacman };
}
