import { resolve } from 'node:path';

import type { Configuration } from './configuration.js';
import type { OptionName } from './directives.js';

/** The directories of pacman.conf, or of the command line. */
export interface Places {
  /** Absolute; databases are in `sync` below it. */
  readonly database: string;
  /** In the order in which pacman looks for packages; it downloads to the first that it can write to. */
  readonly caches: readonly string[];
}

/** Returns the values of a directive of `[options]`, without their origins. */
export function textsOf({ pacman }: Configuration, name: OptionName): readonly string[] {
  return (pacman.options.get(name) ?? []).map(({ text }) => text);
}

/** Whether a switch of `[options]` is on. */
export function isOn({ pacman }: Configuration, name: OptionName): boolean {
  return pacman.options.has(name);
}

/**
 * Returns the directories. As in pacman, relative paths start at the working directory.
 *
 * @param given - from pacman's command line: `--cachedir` comes before those of pacman.conf, `--dbpath` replaces it
 */
export function placesOf(configuration: Configuration, given: Partial<Places> = {}): Places {
  const [database = '/var/lib/pacman/'] = textsOf(configuration, 'DBPath');
  return {
    database: resolve(given.database ?? database),
    caches: [...(given.caches ?? []), ...textsOf(configuration, 'CacheDir')].map((path) => resolve(path)),
  };
}
