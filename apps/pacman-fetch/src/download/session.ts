import type { Fetcher } from '@sb/fetcher';

import type { Given } from '../commands/subcommand.js';
import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { type Places, placesOf } from '../config/values.js';
import { createDisplay } from '../ui/display.js';
import type { Display } from '../ui/events.js';
import { downloader } from './downloader.js';
import { type Look, lookOf } from './given-options.js';

/** What pacman's command line says in place of pacman.conf. */
export interface Overrides {
  /** `--root`. */
  readonly rootDir?: string | undefined;
  readonly places?: Partial<Places>;
  readonly look?: Partial<Look>;
  /** `--disable-download-timeout`. */
  readonly isPatient?: boolean;
  /** pacman.conf has been warned of, or the real pacman will do it. */
  readonly isSilent?: boolean;
}

/** Everything that the parts of one run have in common. */
export interface Session extends AsyncDisposable {
  readonly configuration: Configuration;
  readonly places: Places;
  readonly fetcher: Fetcher;
  /** Whether people look at what is shown. */
  readonly isForPeople: boolean;
  /** Makes a display for one part of the work: `kept` for databases, `finished-first` for packages. */
  display(order: 'kept' | 'finished-first'): Display;
}

/**
 * Reads the configuration and makes ready to download. Starts nothing.
 *
 * @param given - the options of `downloadOptions`
 * @throws ConfigError; FetchError `sandbox`, `usage`
 */
export async function openSession(given: Given, overrides: Overrides = {}): Promise<Session> {
  const { rootDir, isSilent = false, isPatient = false } = overrides;
  const configuration = await loadConfiguration({ config: given.values.get('config'), rootDir });
  const places = placesOf(configuration, overrides.places);
  const look = { ...lookOf(given, configuration), ...overrides.look };
  const { stdout, stderr } = process;
  const display: Session['display'] = (order) => createDisplay({ stream: stdout, errors: stderr, ...look, order });
  if (!isSilent) warn(configuration, display('kept'));
  const cache = places.caches[0] ?? '/';
  const fetcher = downloader(configuration, { cache, isPatient, certificates: given.values.get('cacert') });
  return {
    configuration,
    places,
    fetcher,
    isForPeople: look.style !== 'json',
    display,
    [Symbol.asyncDispose]: async () => await fetcher[Symbol.asyncDispose](),
  };
}

function warn({ warnings }: Configuration, display: Display): void {
  for (const text of warnings) display.show({ event: 'warning', text });
  display.end();
}
