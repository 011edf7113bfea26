import { setImmediate as immediate } from 'node:timers/promises';

import type { Fetcher } from '@sb/fetcher';

import type { ParsedOptions } from '../options/parse.js';
import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { type Places, placesOf } from '../config/values.js';
import { exitStatus } from '../errors.js';
import { interruptOn } from '../interrupt.js';
import { createDisplay } from '../ui/display.js';
import type { Display } from '../ui/events.js';
import { downloader } from './downloader.js';
import { type Look, lookOf } from './look.js';

/** What pacman's command line says in place of pacman.conf. */
export interface Overrides {
  /** `--root`. */
  readonly rootDir?: string | undefined;
  /** The first `--arch`. */
  readonly architecture?: string | undefined;
  readonly places?: Partial<Places>;
  readonly look?: Partial<Look>;
  /** `--disable-download-timeout`. */
  readonly disableTimeout?: boolean;
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
  /** Aborted when a signal asks the program to end; what is under way has to end, and nothing more to begin. */
  readonly signal: AbortSignal;
  /** Makes a display for one part of the work: `kept` for databases, `finished-first` for packages. */
  display(order: 'kept' | 'finished-first'): Display;
}

/** What is done in a session, and what follows it. */
export interface Work {
  /** @returns exit status. May throw where the session's signal is aborted */
  readonly during: (session: Session) => Promise<number>;
  /** Follows when all of that is done and the session is closed; it sees to signals itself. */
  readonly afterwards?: (() => Promise<number>) | undefined;
  readonly overrides?: Overrides;
}

/**
 * Reads the configuration, does some work, and closes what the work has opened. From first to last it listens to
 * signals: wherever one comes, the work is cut short in order.
 *
 * @param parsed - the options of `batchOptions`
 * @returns exit status of the work, or of the signal that ended it
 * @throws ConfigError; FetchError
 */
export async function inSession(parsed: ParsedOptions, { during, afterwards, overrides = {} }: Work): Promise<number> {
  const interruption = interruptOn();
  try {
    const status = await duringSession(await openSession(parsed, overrides, interruption.signal), during);
    // A signal that has come already is heard when Node next looks for events, and never if nobody listens then. The
    // first immediate may run in the turn of the event loop that is under way, which has looked before; the second can't.
    await immediate();
    await immediate();
    if (interruption.status !== undefined) return interruption.status;
    // Still listened to: until the other one listens no signal may get lost.
    return status === exitStatus.done && afterwards !== undefined ? await afterwards() : status;
  } catch (error) {
    if (interruption.status === undefined) throw error;
    return interruption.status;
  } finally {
    interruption.stop();
  }
}

async function duringSession(opened: Session, during: Work['during']): Promise<number> {
  await using session = opened;
  return await during(session);
}

/** Makes ready to download. Starts nothing. */
async function openSession(parsed: ParsedOptions, overrides: Overrides, signal: AbortSignal): Promise<Session> {
  const { rootDir, architecture, isSilent = false, disableTimeout = false } = overrides;
  const configuration = await loadConfiguration({ config: parsed.values.get('config'), rootDir, architecture });
  const places = placesOf(configuration, overrides.places);
  const look = { ...lookOf(parsed, configuration), ...overrides.look };
  const { stdout, stderr } = process;
  const display: Session['display'] = (order) => createDisplay({ stream: stdout, errors: stderr, ...look, order });
  if (!isSilent) warn(configuration, display('kept'));
  const cache = places.caches[0] ?? '/';
  const fetcher = downloader(configuration, { cache, disableTimeout, certificates: parsed.values.get('cacert') });
  return {
    configuration,
    places,
    fetcher,
    isForPeople: look.style !== 'json',
    signal,
    display,
    [Symbol.asyncDispose]: async () => await fetcher[Symbol.asyncDispose](),
  };
}

function warn({ warnings }: Configuration, display: Display): void {
  for (const text of warnings) display.show({ event: 'warning', text });
  display.end();
}
