import { isIP } from 'node:net';

import { failureOf } from './failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { type Dispatcher, Pool } from './undici.js';

/** Answers of a proxy that mean the host behind it could not be reached (RFC 9110, 15.6). */
const unreachable = new Set([502, 503, 504]);

/** Makes a connection for undici. */
type Connector = Extract<Pool.Options['connect'], (...args: never[]) => unknown>;

/**
 * The connections to a proxy, each of which becomes a tunnel. Failures of the proxy are distinguished from failures in
 * the tunnel.
 */
export class Tunnel extends Pool {
  readonly #proxy: URL;

  constructor(proxy: URL | string, options: Pool.Options) {
    const { connect } = options;
    super(proxy, { ...options, ...(typeof connect === 'function' ? { connect: namingHostsOnly(connect) } : {}) });
    this.#proxy = new URL(proxy);
  }

  /** @throws TransferFailure `proxy`; `connect` if it could not reach the host */
  override async connect(options: Dispatcher.ConnectOptions): Promise<never> {
    const answer = await super.connect(options).catch((error: unknown) => {
      throw proxyFailure(error, this.#proxy);
    });
    if (answer.statusCode === 200) return answer as never;
    answer.socket.on('error', () => {}).destroy();
    if (unreachable.has(answer.statusCode)) {
      const target = options.path;
      throw new TransferFailure('connect', `The proxy could not connect to ${target} (${answer.statusCode})`);
    }
    throw refusal(answer.statusCode, this.#proxy);
  }
}

/**
 * undici sends the proxy's host as the TLS server name even if it is an address. An address is not a valid server name
 * (RFC 6066, 3), and an error from Node 26.
 */
function namingHostsOnly(connect: Connector): Connector {
  return (options, callback) => {
    const { servername, ...rest } = options;
    const isName = servername !== undefined && isIP(servername) === 0;
    connect(isName ? options : rest, callback);
  };
}

/** The failure of a proxy that cannot be reached or breaks its protocol, as opposed to a failure of the host. */
export function proxyFailure(error: unknown, proxy: URL): TransferFailure {
  const { message } = failureOf(error, proxy);
  return new TransferFailure('proxy', `The proxy failed: ${message}`, error);
}

/** The failure of a proxy that refuses. */
export function refusal(status: number, { host }: URL): TransferFailure {
  const why = status === 407 ? 'requires valid credentials' : 'refuses';
  return new TransferFailure('proxy', `The proxy ${host} ${why} (status ${status})`);
}
