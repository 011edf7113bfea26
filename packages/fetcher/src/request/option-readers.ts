/** Tables of what options of a fetcher and of a batch may contain. */
import {
  boolean,
  callback,
  checked,
  either,
  instance,
  integer,
  kind,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  text,
  word,
} from '@sb/core/document';

import { limits, location, portsReader, unshown, userAgentReader } from '../values/readers.js';
import { type Limits, maxParallel } from '../values/limits.js';
import type { DownloadOptions, FetcherOptions, ProxyOptions } from './options.js';
import { proxyProblem } from './proxies.js';
import { userReader, workerSandboxReader } from '../sandbox/readers.js';

const proxyReader = checked(location, (proxy, place) => {
  const problem = proxyProblem(String(proxy));
  return problem === undefined
    ? proxy
    : place.refuse(`cannot be used: ${problem}`, 'Name an http, https, socks5h or socks4a proxy.');
});

const proxiesReader: Reader<ProxyOptions> = object<ProxyOptions>({
  // A host that should be asked through a proxy would be asked directly.
  http: proxyReader,
  https: proxyReader,
  // Then more requests go through the proxy, and none bypasses it.
  except: lenient(list(text(), { what: 'a list of hosts' })),
} satisfies Options<ProxyOptions>);

const none: Reader<false> = kind({ expected: 'false', schema: { const: false }, is: (value) => value === false });

/** Options of `createFetcher`. */
export const fetcherOptionsReader: Reader<FetcherOptions> = object<FetcherOptions>({
  user: userReader,
  parallel: integer({ min: 1, max: maxParallel, what: 'a number of downloads' }),
  sandbox: workerSandboxReader,
  limits: object<Partial<Limits>>(limits),
  redirectPorts: portsReader,
  // More certificates than intended would be trusted.
  certificates: text(),
  proxies: unshown(either<ProxyOptions | 'environment' | false>(word(['environment']), none, proxiesReader), [
    'environment',
  ]),
  netrc: either<string | boolean>(text(), boolean),
  // It does not affect what is permitted.
  userAgent: lenient(userAgentReader),
} satisfies Options<FetcherOptions>);

/** Options of a batch: each of them either does not affect what is permitted, or restricts it further. */
export const downloadOptionsReader: Reader<DownloadOptions> = object<DownloadOptions>({
  onProgress: lenient(callback<NonNullable<DownloadOptions['onProgress']>>()),
  onHostSkipped: lenient(callback<NonNullable<DownloadOptions['onHostSkipped']>>()),
  signal: lenient(instance<AbortSignal>(AbortSignal, 'an AbortSignal')),
} satisfies Options<DownloadOptions>);
