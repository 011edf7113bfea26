import { setImmediate as immediate } from 'node:timers/promises';

import type { Fetcher } from '@sb/fetcher';
import { isRoot } from '@sb/files';

import type { ParsedOptions } from '../options/parse.js';
import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { type Places, placesOf } from '../config/values.js';
import { exitStatus } from '../errors.js';
import { interruptOn } from '../interrupt.js';
import { createDisplay } from '../ui/display.js';
import type { Display } from '../ui/events.js';
import { downloader } from './downloader.js';
import { type Look, lookOf } from './look.js';

/** Options of pacman's command line that replace values of pacman.conf. */
export interface Overrides {
  /** `--root`. */
  readonly rootDir?: string | undefined;
  /** The first `--arch`. */
  readonly architecture?: string | undefined;
  readonly places?: Partial<Places>;
  readonly look?: Partial<Look>;
  /** `--disable-download-timeout`. */
  readonly disableTimeout?: boolean;
  /** Meant for an ordinary user: it is not missed that such a user cannot switch to the one of the configuration. */
  readonly keepsUser?: boolean;
  /** The warnings about pacman.conf have been shown, or the real pacman will show them. */
  readonly isSilent?: boolean;
}

/** What the parts of one run have in common. */
export interface Session extends AsyncDisposable {
  readonly configuration: Configuration;
  readonly places: Places;
  readonly fetcher: Fetcher;
  /** Whether the display is for people. */
  readonly isForPeople: boolean;
  /** Aborted when a signal asks the program to end: current work must end, and no new work may begin. */
  readonly signal: AbortSignal;
  /** Makes a display for one part of the work: `kept` for databases, `finished-first` for packages. */
  display(order: 'kept' | 'finished-first'): Display;
}

/** The work of a session, and what follows it. */
export interface Work {
  /** @returns exit status. May throw if the session's signal is aborted */
  readonly during: (session: Session) => Promise<number>;
  /** Follows when all of that is done and the session is closed; it handles signals itself. */
  readonly afterwards?: (() => Promise<number>) | undefined;
  readonly overrides?: Overrides;
}

/**
 * Reads the configuration, does some work, and closes what the work has opened. It listens to signals from first to
 * last, and stops the work in an orderly way when one comes.
 *
 * @param parsed - the options of `batchOptions`
 * @returns exit status of the work, or of the signal that ended it
 * @throws ConfigError; FetchError
 */
export async function inSession(parsed: ParsedOptions, { during, afterwards, overrides = {} }: Work): Promise<number> {
  const interruption = interruptOn();
  try {
    const status = await duringSession(await openSession(parsed, overrides, interruption.signal), during);
    // A pending signal is delivered when Node next polls for events, and lost if nothing listens then. The first
    // immediate may run in the current turn of the event loop, which has already polled; the second cannot.
    await immediate();
    await immediate();
    if (interruption.status !== undefined) return interruption.status;
    // It keeps listening until the other one listens, so that no signal is lost.
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

/** Prepares downloads. Starts nothing. */
async function openSession(parsed: ParsedOptions, overrides: Overrides, signal: AbortSignal): Promise<Session> {
  const { rootDir, architecture, isSilent = false, disableTimeout = false, keepsUser = false } = overrides;
  const loaded = await loadConfiguration({ config: parsed.values.get('config'), rootDir, architecture });
  const configuration = keepsUser ? withOwnUser(loaded) : loaded;
  const places = placesOf(configuration, overrides.places);
  const look = { ...lookOf(parsed, configuration), ...overrides.look };
  const display: Session['display'] = (order) =>
    createDisplay({ stream: process.stdout, errors: process.stderr, ...look, order });
  if (!isSilent && configuration.warnings.length > 0) warn(configuration, display('kept'));
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

/** The same configuration, without the user to switch to, for a process that cannot and need not switch. */
function withOwnUser(configuration: Configuration): Configuration {
  const { sandbox } = configuration;
  if (isRoot() || sandbox.levels.userSwitch.word === 'require') return configuration;
  return { ...configuration, sandbox: { ...sandbox, user: undefined } };
}

function warn({ warnings }: Configuration, display: Display): void {
  for (const text of warnings) display.show({ event: 'warning', text });
  display.end();
}
