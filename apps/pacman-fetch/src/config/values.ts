import { resolve } from 'node:path';

import type { Configuration } from './configuration.js';
import type { OptionName } from './directives.js';

/** What pacman.conf, or the command line in its place, says of where things are. */
export interface Places {
  /** Absolute; databases lie in `sync` below it. */
  readonly database: string;
  /** In the order in which pacman looks for packages; it downloads to the first that it can write to. */
  readonly caches: readonly string[];
}

/** The values of a directive of `[options]`, without where they came from. */
export function textsOf({ pacman }: Configuration, name: OptionName): readonly string[] {
  return (pacman.options.get(name) ?? []).map(({ text }) => text);
}

/** Whether a switch of `[options]` is on. */
export function isOn({ pacman }: Configuration, name: OptionName): boolean {
  return pacman.options.has(name);
}

/**
 * Where things are, relative paths from the working directory as for pacman.
 *
 * @param given - of pacman's command line: `--cachedir` comes before those of pacman.conf, `--dbpath` replaces it
 */
export function placesOf(configuration: Configuration, given: Partial<Places> = {}): Places {
  const [database = '/var/lib/pacman/'] = textsOf(configuration, 'DBPath');
  return {
    database: resolve(given.database ?? database),
    caches: [...(given.caches ?? []), ...textsOf(configuration, 'CacheDir')].map((path) => resolve(path)),
  };
}
