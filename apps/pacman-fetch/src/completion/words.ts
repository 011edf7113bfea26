import type { Options } from '../options/option.js';
import type { Commands, Subcommand } from '../options/command.js';
import { helpOption } from '../options/parse.js';
import { oneFileOptions } from '../options/one-file.js';

/** What a shell can complete behind the program's name, or behind a command. */
export interface Completable {
  /** Name of the command; empty for `-o FILE URL`. */
  readonly name: string;
  readonly about: string;
  readonly options: Options;
  /** Words other than options. */
  readonly offers: readonly string[];
}

/**
 * The program itself first, whose words are the commands, and then every command.
 *
 * @param commands - the table of them
 */
export async function completables(commands: Commands): Promise<readonly Completable[]> {
  const names = Object.keys(commands);
  const loaded = await Promise.all(
    Object.entries(commands).map(async ([name, entry]) => completableOf(name, entry.about, await entry.load())),
  );
  return [{ name: '', about: '', options: oneFileOptions, offers: names }, ...loaded];
}

function completableOf(name: string, about: string, { options, offers = [] }: Subcommand): Completable {
  return { name, about, options: { ...options, ...helpOption }, offers };
}

/** An option as it is typed: `--config`, `-c`. */
export function spellings(long: string, short: string | undefined): readonly string[] {
  return short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
}
