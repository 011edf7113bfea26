import { join } from 'node:path';

import { createFetcher, type Fetcher, type FetcherOptions } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import { sandboxOptions } from '../config/sandbox-options.js';
import { chooseUser } from '../config/sandbox-user.js';
import { isOn } from '../config/values.js';
import { timeLimits } from '../one-file/limits.js';
import { redirectPortsOf } from '../one-file/request.js';
import { userAgent } from '../user-agent.js';
import { patienceOf } from '../xfer/command-watch.js';
import { XferFetcher } from '../xfer/xfer-fetcher.js';
import { parallelOf } from './parallel.js';
import { packageServers, serversOf } from './servers.js';

/** The options of the command line about downloads. */
export interface DownloaderOptions {
  /** The first cache directory: its owner downloads if no user is named. */
  readonly cache: string;
  /** `--disable-download-timeout`; pacman.conf may set it, too. */
  readonly disableTimeout: boolean;
  /** `--cacert`. */
  readonly certificates: string | undefined;
}

/**
 * Makes the fetcher that the configuration asks for.
 *
 * @throws FetchError `sandbox` if no user can be chosen
 */
export function downloader(configuration: Configuration, options: DownloaderOptions): Fetcher {
  const { cache, certificates } = options;
  const disableTimeout = options.disableTimeout || isOn(configuration, 'DisableDownloadTimeout');
  const atOnce = parallelOf(configuration);
  if (configuration.sandbox.xferCommand !== undefined) {
    const limits = { parallel: atOnce, patience: patienceOf(disableTimeout) };
    return new XferFetcher(configuration, chooseUser(configuration.sandbox, join(cache, 'package')), limits);
  }
  const redirectPorts = redirectPortsOf(serverUrls(configuration), configuration.sandbox);
  return createFetcher({
    ...workerOptions(configuration, cache),
    ...(redirectPorts === undefined ? {} : { redirectPorts }),
    parallel: atOnce,
    userAgent: userAgent(),
    limits: timeLimits(disableTimeout),
    ...(certificates === undefined ? {} : { certificates }),
  });
}

/** The URL of every host that the built-in worker may have to ask for a package; none of a directory. */
export function packageHosts(configuration: Configuration): readonly string[] {
  const remote = serverUrls(configuration).filter(({ protocol }) => protocol !== 'file:');
  return [...new Set(remote.map(({ origin }) => origin))];
}

/** Every server that the built-in worker may have to ask. */
function serverUrls(configuration: Configuration): readonly URL[] {
  const { repositories } = configuration.pacman;
  const servers = repositories.flatMap((one) => serversOf(configuration, one, packageServers).usable);
  return servers.map(({ url }) => new URL(url));
}

/** The user that downloads, and the required layers. */
function workerOptions({ sandbox }: Configuration, cache: string): Pick<FetcherOptions, 'user' | 'sandbox'> {
  const choice = chooseUser(sandbox, join(cache, 'package'));
  const user = choice.kind === 'switch' ? { user: choice.policy.uid, group: choice.policy.gid } : undefined;
  const options = sandboxOptions(sandbox, { program: 'worker', user, ports: [], writable: [] });
  // UseSandbox = no: without any layer.
  if (options === undefined) return { sandbox: { off: ['privdrop', 'caps', 'landlock', 'seccomp'] } };
  const { user: who, ...rest } = options;
  return { ...(who === undefined ? {} : { user: who }), sandbox: rest };
}
