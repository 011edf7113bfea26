import type { LookupFunction, Socket } from 'node:net';
import { DEFAULT_CIPHERS } from 'node:tls';
import { callbackify, promisify } from 'node:util';

import { basicCredentials } from './basic.js';
import { guardedLookup } from './link-local.js';
import { proxyFor, type ProxyRules } from './proxies.js';
import { checkServerIdentity } from './server-identity.js';
import { sharedLookup } from './shared-lookup.js';
import { Unasked } from './unasked.js';
import { connectBySocks, isSocks } from './socks.js';
import { Tunnel } from './tunnel.js';
import { Agent, buildConnector, type Connector, type ConnectorOptions, type Dispatcher, ProxyAgent } from './undici.js';

/** How connections are made. */
export interface ConnectionOptions {
  /** Milliseconds to resolve and connect, through a proxy or not. */
  readonly connectTimeout: number;
  /** PEM certificates to trust, read when the first TLS connection is made; undefined: those that Node brings. */
  readonly certificates: () => string | undefined;
  readonly proxies: ProxyRules;
  /** Connections to one host at the most. Default: as many as there are requests. */
  readonly connections?: number;
  /** Whether any is kept. Default: true. */
  readonly keeps?: boolean;
}

/** What requests for a URL go through. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** The proxy that is asked in the host's place; undefined where the host itself answers, for instance in a tunnel. */
  readonly proxy: URL | undefined;
}

/** Whether a request may go over a connection that was kept and is kept, or has one of its own that ends with it. */
export type ConnectionUse = 'kept' | 'own';

/** How a URL is asked for. */
export interface RouteOptions {
  readonly use: ConnectionUse;
  /** Whether its name may lead to a link-local address: not where somebody else has named it, as a redirect does. */
  readonly mayBeLinkLocal: boolean;
}

/** Largest header block that is read, in bytes; undici's own default. */
const maxHeaderSize = 16 * 1024;

/**
 * Node's own list, at OpenSSL's security level 2 or more: of every certificate that leads to the server's, RSA keys have
 * 2,048 bits at least and signatures no SHA-1 (SSL_CTX_set_security_level(3)). Older versions of Node are at level 1.
 */
const ciphers = `${DEFAULT_CIPHERS}:@SECLEVEL=2`;

/** Connections that stay open from one request to the next. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #lookup = sharedLookup();
  readonly #guarded = guardedLookup(this.#lookup);

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * What a request goes through. A proxy is asked for http as such, since many allow tunnels to port 443 only, and for a
   * tunnel to the host for https. Behind a SOCKS proxy the host itself answers.
   *
   * @throws TransferFailure `proxy` for a proxy of another kind
   */
  route(url: URL, { use: wanted, mayBeLinkLocal }: RouteOptions): Route {
    const use = this.#options.keeps === false ? 'own' : wanted;
    const proxy = proxyFor(url, this.#options.proxies);
    if (proxy !== undefined && isSocks(proxy)) {
      const lookup = mayBeLinkLocal ? this.#lookup : this.#guarded;
      const name = `${use} ${mayBeLinkLocal} ${url.protocol} ${proxy.href}`;
      return { dispatcher: this.#keep(name, () => this.#behind(proxy, url, { use, lookup })), proxy: undefined };
    }
    if (proxy !== undefined && url.protocol === 'https:') {
      const dispatcher = this.#keep(`${use} ${proxy.href}`, () => this.#tunnels(proxy, use));
      return { dispatcher, proxy: undefined };
    }
    const { protocol } = proxy ?? url;
    // A proxy is ours to name, and looks up the host by itself.
    const lookup = mayBeLinkLocal || proxy !== undefined ? this.#lookup : this.#guarded;
    const make = (): Dispatcher => new Agent(this.#common(protocol === 'https:', { use, lookup }));
    const kind = lookup === this.#guarded ? 'guarded' : 'any';
    // Hosts don't share a connection to a proxy: what one of them sends behind its answer may be taken for another's.
    const behind = proxy === undefined ? '' : url.host;
    return { dispatcher: this.#keep(`${use} ${kind} ${protocol} ${behind}`, make), proxy };
  }

  #keep(name: string, make: () => Dispatcher): Dispatcher {
    const dispatcher = this.#dispatchers.get(name) ?? make();
    this.#dispatchers.set(name, dispatcher);
    return dispatcher;
  }

  #behind(
    proxy: URL,
    { protocol: scheme }: URL,
    how: { readonly use: ConnectionUse; readonly lookup: LookupFunction },
  ): Dispatcher {
    const { connect: tls, ...common } = this.#common(scheme === 'https:', how);
    const { connectTimeout: timeout } = this.#options;
    const secured = buildConnector(tls);
    // undici opens another connection for one that ends before anything was asked, without end.
    const unasked = new Unasked();
    const open = async (options: ConnectorOptions): Promise<Socket> => {
      const { hostname, protocol, port } = options;
      unasked.check(proxy);
      const target = { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
      const socket = await connectBySocks(target, { proxy, timeout, lookup: this.#lookup, lookupHost: how.lookup });
      unasked.watch(socket);
      if (protocol !== 'https:') return socket;
      const secure = promisify<ConnectorOptions, Socket>(secured as (...all: unknown[]) => void);
      return await secure({ ...options, httpSocket: socket });
    };
    const connect = callbackify(open) as unknown as Connector;
    return new Agent({ ...common, connect });
  }

  #tunnels(proxy: URL, use: ConnectionUse): Dispatcher {
    const { connect, ...common } = this.#common(true, { use, lookup: this.#lookup });
    const authorization = basicCredentials(proxy);
    return new ProxyAgent({
      ...common,
      // Its own reading of credentials leaves out a user without a password, and fails where they aren't well encoded.
      uri: proxy.origin,
      ...(authorization === undefined ? {} : { token: authorization }),
      proxyTunnel: true,
      requestTls: connect,
      proxyTls: connect,
      // A tunnel is part of connecting: its answer has as long as that.
      clientFactory: (origin, pool) => new Tunnel(origin, { ...pool, headersTimeout: this.#options.connectTimeout }),
    });
  }

  #common(isSecure: boolean, { use, lookup }: { readonly use: ConnectionUse; readonly lookup: LookupFunction }) {
    const { connectTimeout, certificates, connections = null } = this.#options;
    const ca = isSecure ? certificates() : undefined;
    const tls = { checkServerIdentity, ciphers, ...(ca === undefined ? {} : { ca }) };
    return {
      maxHeaderSize,
      // undici keeps no connection where it is 0.
      pipelining: use === 'kept' ? 1 : 0,
      connections,
      // The watchdog is stricter than undici's idle timers, which a slow drip never trips.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeout, lookup, ...tls },
    };
  }
}
