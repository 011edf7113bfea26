import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { callbackify, promisify } from 'node:util';

import { basicCredentials } from './basic.js';
import { secureWithNotice } from './close-notify.js';
import { Lanes } from './lanes.js';
import { lateTls } from './late-tls.js';
import { lendingConnector } from './lent-bytes.js';
import { guardedLookup } from './link-local.js';
import { setDownloadFlags } from './v8-flags.js';
import { proxyFor, type ProxyRules } from './proxies.js';
import { checkServerIdentity } from './server-identity.js';
import { sharedLookup } from './shared-lookup.js';
import { Unasked } from './unasked.js';
import { connectBySocks, isSocks } from './socks.js';
import { certificateConnector } from './peer-certificate.js';
import { Tunnel } from './tunnel.js';
import { Agent, buildConnector, type Connector, type ConnectorOptions, type Dispatcher, ProxyAgent } from './undici.js';

/** How connections are made. */
export interface ConnectionOptions {
  /** Milliseconds to resolve and connect, through a proxy or not. */
  readonly connectTimeout: number;
  /** PEM certificates to trust, read for the first TLS connection; undefined: Node's own. */
  readonly certificates: () => string | undefined;
  readonly proxies: ProxyRules;
  /** The most connections to one host. Default: as many as there are requests. */
  readonly connections?: number;
  /** Whether connections are kept. Default: true. */
  readonly keeps?: boolean;
  /** Called when one more request can be sent ahead. Default: none is. */
  readonly onRoom?: () => void;
}

/** What requests for a URL are sent through. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** The proxy that is asked instead of the host; undefined if the host itself answers, for instance in a tunnel. */
  readonly proxy: URL | undefined;
  /** Whether the connection ends without an error only if the server says so within TLS. */
  readonly provesEnd: boolean;
}

/**
 * Whether a request may use a kept connection, or has a separate one that ends with it. `proven`: a separate one that
 * shows whether TLS has ended, if it can. It costs more time for each byte.
 */
export type ConnectionUse = 'kept' | 'own' | 'proven';

/** How a URL is requested. */
export interface RouteOptions {
  readonly use: ConnectionUse;
  /** Whether its name may lead to a link-local address: not if the caller did not name it, as with a redirect. */
  readonly mayBeLinkLocal: boolean;
}

/** How the connections of one dispatcher are made. */
interface How {
  readonly use: ConnectionUse;
  readonly lookup: LookupFunction;
}

/** The largest header block that is read, in bytes; the default of undici. */
const maxHeaderSize = 16 * 1024;

/**
 * Node's own list, at OpenSSL's security level 2 or higher. For every certificate of the chain, RSA keys must have at
 * least 2,048 bits, and signatures must not use SHA-1 (SSL_CTX_set_security_level(3)). Older versions of Node use level
 * 1.
 */
const ciphers = (): string => `${lateTls().DEFAULT_CIPHERS}:@SECLEVEL=2`;

/** Connections that stay open between requests. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #lookup = sharedLookup();
  readonly #guarded = guardedLookup(this.#lookup);
  /** The connections to each host that may send requests ahead, by its origin. */
  readonly #lanes = new Map<string, Lanes>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * Returns what a request is sent through. For http, a proxy is asked for the URL itself, because many permit tunnels
   * to port 443 only. For https, it is asked for a tunnel to the host. Behind a SOCKS proxy, the host itself answers.
   *
   * @throws TransferFailure `proxy` for a proxy of another kind
   */
  route(url: URL, { use: wanted, mayBeLinkLocal }: RouteOptions): Route {
    const use = this.#options.keeps === false && wanted === 'kept' ? 'own' : wanted;
    const proxy = proxyFor(url, this.#options.proxies);
    if (proxy !== undefined && isSocks(proxy)) {
      const lookup = mayBeLinkLocal ? this.#lookup : this.#guarded;
      const name = `${use} ${mayBeLinkLocal} ${url.protocol} ${proxy.href}`;
      const dispatcher = this.#keep(name, () => this.#behind(proxy, url, { use, lookup }));
      return { dispatcher, proxy: undefined, provesEnd: use === 'proven' && url.protocol === 'https:' };
    }
    if (proxy !== undefined && url.protocol === 'https:') {
      const dispatcher = this.#keep(`${use} ${proxy.href}`, () => this.#tunnels(proxy, use));
      return { dispatcher, proxy: undefined, provesEnd: false };
    }
    return this.#asked(proxy, url, { use, mayBeLinkLocal });
  }

  /** Whether a request for a URL of the caller can be sent at once, over a connection that waits for another answer. */
  hasRoom(url: URL): boolean {
    return this.#lanes.get(url.origin)?.hasRoom === true;
  }

  /** The route to a host that is asked itself, or to a proxy that is asked for the whole URL. */
  #asked(proxy: URL | undefined, url: URL, { use, mayBeLinkLocal }: RouteOptions): Route {
    const { protocol } = proxy ?? url;
    // The caller names the proxy, and the proxy looks up the host.
    const lookup = mayBeLinkLocal || proxy !== undefined ? this.#lookup : this.#guarded;
    const provesEnd = use === 'proven' && proxy === undefined && protocol === 'https:';
    const make = (): Dispatcher =>
      provesEnd
        ? this.#proven({ use, lookup })
        : this.#direct(protocol === 'https:', { use, lookup }, proxy === undefined && mayBeLinkLocal);
    const kind = lookup === this.#guarded ? 'guarded' : 'any';
    // Hosts do not share a connection to a proxy: bytes that one of them sends after its answer could be taken for the
    // answer of another.
    const behind = proxy === undefined ? '' : url.host;
    return { dispatcher: this.#keep(`${use} ${kind} ${protocol} ${behind}`, make), proxy, provesEnd };
  }

  #keep(name: string, make: () => Dispatcher): Dispatcher {
    const known = this.#dispatchers.get(name);
    if (known !== undefined) return known;
    setDownloadFlags();
    const dispatcher = make();
    this.#dispatchers.set(name, dispatcher);
    return dispatcher;
  }

  #behind(proxy: URL, { protocol: scheme }: URL, how: How): Dispatcher {
    const { connect: tls, ...common } = this.#common(scheme === 'https:', how);
    const { connectTimeout: timeout } = this.#options;
    const secure = securing(tls, how.use);
    // If a connection ends before a request, undici opens another one, endlessly.
    const unasked = new Unasked();
    const open = async (options: ConnectorOptions): Promise<Socket> => {
      const { hostname, protocol, port } = options;
      unasked.check(proxy);
      const target = { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
      const socket = await connectBySocks(target, { proxy, timeout, lookup: this.#lookup, lookupHost: how.lookup });
      unasked.watch(socket);
      if (protocol !== 'https:') return socket;
      return await secure(socket, options);
    };
    const connect = callbackify(open) as unknown as Connector;
    return new Agent({ ...common, connect });
  }

  #direct(isSecure: boolean, how: How, isOwn: boolean): Dispatcher {
    const { connect, ...common } = this.#common(isSecure, how);
    const { onRoom } = this.#options;
    const options = { ...common, connect: isSecure ? certificateConnector(connect) : lendingConnector(connect) };
    if (!isOwn || how.use !== 'kept' || onRoom === undefined) return new Agent(options);
    const factory = (origin: string | URL): Dispatcher => {
      const lanes = new Lanes(origin, { ...options, onRoom });
      this.#lanes.set(String(origin), lanes);
      return lanes;
    };
    return new Agent({ ...options, factory });
  }

  #proven(how: How): Dispatcher {
    const { connect: tls, ...common } = this.#common(true, how);
    const secure = securing(tls, how.use);
    const { connectTimeout: timeout } = this.#options;
    const plain = awaited(buildConnector({ timeout, lookup: how.lookup }));
    const open = async (options: ConnectorOptions): Promise<Socket> => {
      const socket = await plain({ ...options, protocol: 'http:', port: options.port || '443' });
      return await secure(socket, options);
    };
    const connect = callbackify(open) as unknown as Connector;
    return new Agent({ ...common, connect });
  }

  #tunnels(proxy: URL, use: ConnectionUse): Dispatcher {
    const { connect, ...common } = this.#common(true, { use, lookup: this.#lookup });
    const authorization = basicCredentials(proxy);
    return new ProxyAgent({
      ...common,
      // undici itself ignores a user without a password, and fails if the credentials are not encoded correctly.
      uri: proxy.origin,
      ...(authorization === undefined ? {} : { token: authorization }),
      proxyTunnel: true,
      requestTls: connect,
      proxyTls: connect,
      // A tunnel is part of connecting: its answer has the same time limit.
      clientFactory: (origin, pool) => new Tunnel(origin, { ...pool, headersTimeout: this.#options.connectTimeout }),
    });
  }

  #common(isSecure: boolean, { use, lookup }: How) {
    const { connectTimeout, certificates, connections = null } = this.#options;
    const ca = isSecure ? certificates() : undefined;
    const tls = {
      checkServerIdentity,
      ...(isSecure ? { ciphers: ciphers() } : {}),
      ...(ca === undefined ? {} : { ca }),
    };
    return {
      maxHeaderSize,
      // If it is 0, undici keeps no connection.
      pipelining: use === 'kept' ? 1 : 0,
      connections,
      // The watchdog is stricter than undici's idle timers, which a slow drip never triggers.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeout, lookup, ...tls },
    };
  }
}

/** A connector of undici, as a promise. */
function awaited(connector: Connector): (options: ConnectorOptions) => Promise<Socket> {
  return promisify<ConnectorOptions, Socket>(connector as (...all: unknown[]) => void);
}

/** Begins TLS over an open connection to a server. */
function securing(
  tls: buildConnector.BuildOptions,
  use: ConnectionUse,
): (tcp: Socket, options: ConnectorOptions) => Promise<Socket> {
  const connector = awaited(certificateConnector(tls));
  // undici only hands the stream to `tls.connect`, which takes any.
  const over = async (options: ConnectorOptions, stream: Duplex): Promise<Socket> =>
    await connector({ ...options, httpSocket: stream as Socket });
  return async (tcp, options) => {
    if (use !== 'proven') return await over(options, tcp);
    const host = options.host ?? options.hostname;
    return await secureWithNotice(tcp, { host, secure: async (below) => await over(options, below) });
  };
}
