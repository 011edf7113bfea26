import type { Completable, Completed } from '@sb/cli-kit';

import type { Commands } from '../options/command.js';
import { helpOption } from '../options/parse.js';
import { oneFileOptions } from '../options/one-file.js';

/** `-o FILE URL`, and the program itself. */
const program: Completable = { name: 'pacman-fetch', about: '', options: oneFileOptions, offers: [] };

/**
 * What a shell completes of this program. What follows `--` is pacman's.
 *
 * @param commands - the table of them
 */
export async function completedProgram(commands: Commands): Promise<Completed> {
  const loaded = Object.entries(commands).map(async ([name, entry]): Promise<Completable> => {
    const { options, offers = [], listedBy = [], behind } = await entry.load();
    return { name, about: entry.about, options: { ...options, ...helpOption }, offers, listedBy, behind };
  });
  const printedBy = (shell: string) => `pacman-fetch completion ${shell}`;
  return { program, commands: await Promise.all(loaded), printedBy, runs: false };
}
