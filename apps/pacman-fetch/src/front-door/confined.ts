import { resolve } from 'node:path';

import { type AheadLimits, OneAfterAnother, proxiesOf } from '@sb/fetcher/in-this-process';
import type { SandboxOptions, SelfReport } from '@sb/sandbox';

import type { Command } from '../arguments.js';
import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { sandboxOptions } from '../config/sandbox-options.js';
import { chooseUser } from '../config/sandbox-user.js';
import { parallelOf } from '../download/parallel.js';
import { openCertificates } from '../one-file/files.js';
import { giveUp } from '../one-file/in-this-process.js';
import { timeLimits } from '../one-file/limits.js';
import { redirectPortsOf } from '../one-file/request.js';
import { optionsUser } from '../one-file/run.js';
import { parseUrl } from '../url.js';
import { userAgent } from '../user-agent.js';
import { mirrorsOf } from './mirrors-of.js';

type FetchCommand = Extract<Command, { kind: 'fetch' }>;

/** A process that has dropped all that a download does not need. */
export interface Confined {
  readonly files: OneAfterAnother;
  /** `--disable-download-timeout`: no server is too slow. */
  readonly disableTimeout: boolean;
}

/**
 * Reads the configuration, and confines this process as `-o` does for its first file.
 *
 * @param command - the arguments of the first call
 * @param descriptors - how many, from 0 on, this process was given and keeps
 * @returns undefined if it cannot be confined as it must be, and if the configuration does not ask for it
 * @throws FetchError, ConfigError
 */
export async function confineFor(command: FetchCommand, descriptors: number): Promise<Confined | undefined> {
  const url = parseUrl(command.url);
  const configuration = await loadConfiguration({ config: command.config, mayBeAbsent: true });
  const { sandbox: settings, pacman } = configuration;
  if (command.isAlone || settings.useSandbox.word === 'no') return undefined;
  // `xfer` runs it; `-o` loses only time.
  if (settings.xferCommand !== undefined) return undefined;
  const user = chooseUser(settings, resolve(command.output));
  // A process that stays root must not be left running.
  if (user.kind === 'off') return undefined;
  const disableTimeout = command.disableDownloadTimeout || pacman.options.has('DisableDownloadTimeout');
  const certificates = openCertificates(command.cacert);
  const redirectPorts = redirectPortsOf([url], settings);
  const request = {
    url,
    limits: timeLimits(disableTimeout),
    proxies: proxiesOf(process.env),
    userAgent: userAgent(),
    ...(certificates === undefined ? {} : { certificates }),
    ...(redirectPorts === undefined ? {} : { redirectPorts }),
  };
  const files = new OneAfterAnother(request, aheadLimits(configuration), mirrorsOf(configuration));
  const base: SandboxOptions | undefined = sandboxOptions(settings, {
    program: 'self',
    user: optionsUser(user),
    ports: [],
    writable: [],
  });
  if (base === undefined) return undefined;
  const report = giveUp({ settings, user }, files.confinement(base), descriptors);
  return report !== undefined && hasFilter(report) ? { files, disableTimeout } : undefined;
}

/** The most bytes of files that are held before pacman asks for them. This process stays below 160 MB with them. */
const maxAhead = 48 << 20;

/** As many at once as pacman itself would download. */
function aheadLimits(configuration: Configuration): AheadLimits {
  const isOff = configuration.sandbox.fetchAhead.word === 'no';
  return { parallel: isOff ? 0 : parallelOf(configuration), maxBytes: maxAhead };
}

/**
 * Only the filter prevents blocking a pipe. Without it, a server that has taken over this process could make the front
 * door wait, and pacman with it.
 */
function hasFilter({ features }: SelfReport): boolean {
  return features.some(({ layer, state }) => layer === 'seccomp' && state === 'enforced');
}
