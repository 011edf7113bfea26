import type { Destination } from '@sb/fetcher/files';
import type { OneFileRequest } from '@sb/fetcher/in-this-process';
import { proxiesOf } from '@sb/fetcher/proxies';

import type { SandboxSettings } from '../config/sandbox-settings.js';
import { userAgent } from '../user-agent.js';
import { limitsFor } from './limits.js';

/** The parts of a request. */
export interface RequestParts {
  readonly url: URL;
  readonly destination: Destination;
  /** The open file of a `file:` URL. */
  readonly source?: number | undefined;
  /** Wait without limit for a server that sends nothing. */
  readonly disableTimeout: boolean;
  /** Open certificates; undefined: those of Node, since the system has none. */
  readonly certificates: number | undefined;
  readonly settings: SandboxSettings;
}

/** Makes the request to `@sb/fetcher`, with pacman's limits for the name of the file. */
export function requestOf({
  url,
  source,
  destination,
  disableTimeout,
  certificates,
  settings,
}: RequestParts): OneFileRequest {
  const { maxBytes = Number.MAX_SAFE_INTEGER, mayResume, time } = limitsFor(destination.name, disableTimeout);
  const redirectPorts = redirectPortsOf([url], settings);
  return {
    url,
    source,
    descriptor: destination.descriptor,
    maxBytes,
    mayResume,
    limits: time,
    ...(redirectPorts === undefined ? {} : { redirectPorts }),
    proxies: proxiesOf(process.env),
    ...(certificates === undefined ? {} : { certificates }),
    userAgent: userAgent(),
  };
}

/**
 * The ports of SandboxPorts are allowed for redirects, too.
 *
 * @param urls - of servers: if one has port 80, redirects to 443 are allowed in any case
 * @returns undefined if no port is named
 */
export function redirectPortsOf(
  urls: readonly URL[],
  { ports }: SandboxSettings,
): readonly number[] | 'any' | undefined {
  if (ports.some(({ text }) => text === 'any')) return 'any';
  const named = ports.map(({ text }) => Number(text));
  if (named.length === 0) return undefined;
  return urls.some(({ protocol, port }) => protocol === 'http:' && port === '') ? [443, ...named] : named;
}
