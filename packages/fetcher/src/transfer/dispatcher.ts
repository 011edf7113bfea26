import { getProxyForUrl } from 'proxy-from-env';

import { TransferFailure } from './failure.js';
import { checkServerIdentity } from './server-identity.js';
import { Agent, type Dispatcher, Pool, ProxyAgent } from './undici.js';

/** How connections are made. */
export interface ConnectionOptions {
  /** Milliseconds to resolve and connect. */
  readonly connectTimeout: number;
  /** PEM certificates to trust, read when the first TLS connection is made; undefined: those that Node brings. */
  readonly certificates: () => string | undefined;
  /** Connections to one host at the most. Default: as many as there are requests. */
  readonly connections?: number;
}

/** Largest header block that is read, in bytes; undici's own default. */
const maxHeaderSize = 16 * 1024;

/**
 * Makes the connection pool for a URL: direct, or through the proxy that http_proxy, https_proxy, all_proxy and
 * no_proxy of this process name.
 *
 * @throws TransferFailure `proxy` for a proxy that isn't http or https
 */
export function dispatcherFor(url: URL, options: ConnectionOptions): Dispatcher {
  const isSecure = url.protocol === 'https:';
  const proxy = getProxyForUrl(url.href);
  const isSecureProxy = proxy.startsWith('https:');
  const ca = isSecure || isSecureProxy ? options.certificates() : undefined;
  const tls = { checkServerIdentity, ...(ca === undefined ? {} : { ca }) };
  const common = {
    maxHeaderSize,
    pipelining: 1,
    connections: options.connections ?? null,
    // The watchdog is stricter than undici's idle timers, which a slow drip never trips.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: options.connectTimeout, ...tls },
  };
  if (proxy === '') return new Agent(common);
  if (!/^https?:\/\//.test(proxy)) {
    throw new TransferFailure('proxy', `Only http and https proxies are possible, not ${proxy.split(':', 1)[0]}`);
  }
  // Plain http is not tunnelled: many proxies allow CONNECT to port 443 only.
  return new ProxyAgent({
    ...common,
    uri: proxy,
    proxyTunnel: isSecure,
    requestTls: { timeout: options.connectTimeout, ...tls },
    proxyTls: { timeout: options.connectTimeout, ...tls },
    // A tunnel is part of connecting: its answer has as long as that.
    clientFactory: (origin, pool) => new Pool(origin, { ...pool, headersTimeout: options.connectTimeout }),
  });
}
