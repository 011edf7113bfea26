import type { SandboxOptions } from '@sb/sandbox';

import { documentPlace } from '../values/readers.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { defaultLimits, defaultParallel, type Limits } from '../values/limits.js';
import { fetcherOptionsReader } from './option-readers.js';
import type { FetcherOptions } from './options.js';
import { proxyRules } from './proxies.js';
import type { ProxyRules } from '../http/proxies.js';
import type { Ports } from '../values/port.js';

/** Checked options, with defaults filled in. */
export interface Settings {
  readonly parallel: number;
  readonly limits: Limits;
  readonly redirectPorts: Ports | undefined;
  readonly certificates: string | undefined;
  readonly proxies: ProxyRules;
  readonly netrc: string | boolean;
  readonly userAgent: string;
  /** The confinement of every worker, except the ports of its batch. */
  readonly sandbox: SandboxOptions;
}

/**
 * Reads the options of a fetcher.
 *
 * @throws FetcherError `invalid-request`
 */
export function settingsOf(options: FetcherOptions): Settings {
  const read = fetcherOptionsReader.read(options, documentPlace('options'));
  const { parallel = defaultParallel, redirectPorts, certificates, netrc = true, userAgent = 'sb-fetcher' } = read;
  const proxies = proxyRules(read.proxies ?? 'environment');
  const limits = { ...defaultLimits, ...read.limits };
  return {
    parallel,
    limits,
    redirectPorts,
    certificates,
    proxies,
    netrc,
    userAgent,
    sandbox: sandboxOf(read, parallel),
  };
}

function sandboxOf({ user, sandbox = {} }: FetcherOptions, parallel: number): SandboxOptions {
  const env = { UV_THREADPOOL_SIZE: String(threadsFor(parallel)) };
  const common: SandboxOptions = { caps: 'none', cwd: '/', env, ...sandbox };
  const isNobody = user === undefined || user === 0 || user === 'root';
  const isAskedFor = sandbox.off?.includes('privdrop') === true;
  if (isNobody && !isAskedFor && process.geteuid?.() === 0) {
    refuse('the worker must not run as root', 'Name a user that owns nothing, for instance nobody.');
  }
  return user === undefined || isAskedFor ? common : { ...common, user };
}

/**
 * The threads of a worker's libuv. At most half of them resolve names (`slow_io_work` of libuv's threadpool.c). Each is
 * busy until the name servers of one name time out, which may be six times the ten seconds after which the next source
 * is asked. With libuv's default of four threads, two dead mirrors would stop all others. More than 128 could exceed
 * the limit of a user or a container, and libuv aborts then.
 */
function threadsFor(parallel: number): number {
  return Math.min(128, Math.max(16, 8 * parallel));
}

function refuse(what: string, hint?: string): never {
  throw new FetcherError('invalid-request', what, { hint });
}
