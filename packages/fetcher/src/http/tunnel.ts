import { isIP } from 'node:net';

import { failureOf } from './failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { type Dispatcher, Pool } from './undici.js';

/** Answers of a proxy that mean the host behind it could not be reached (RFC 9110, 15.6). */
const unreachable = new Set([502, 503, 504]);

/** What makes a connection for undici. */
type Connector = Extract<Pool.Options['connect'], (...args: never[]) => unknown>;

/** The connections to a proxy, each of which becomes a tunnel: what goes wrong on the way is told from what does in it. */
export class Tunnel extends Pool {
  readonly #proxy: URL;

  constructor(proxy: URL | string, options: Pool.Options) {
    const { connect } = options;
    super(proxy, { ...options, ...(typeof connect === 'function' ? { connect: namingHostsOnly(connect) } : {}) });
    this.#proxy = new URL(proxy);
  }

  /** @throws TransferFailure `proxy`; `connect` where it could not reach the host */
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
 * undici names the proxy to itself also where its name is an address, which is no name of a server (RFC 6066, 3), and
 * from Node 26 on an error.
 */
function namingHostsOnly(connect: Connector): Connector {
  return (options, callback) => {
    const { servername, ...rest } = options;
    const isName = servername !== undefined && isIP(servername) === 0;
    connect(isName ? options : rest, callback);
  };
}

/** A proxy that can't be reached or doesn't speak properly, told from a host that doesn't. */
export function proxyFailure(error: unknown, proxy: URL): TransferFailure {
  const { message } = failureOf(error, proxy);
  return new TransferFailure('proxy', `The proxy failed: ${message}`, error);
}

/** A proxy that says no. */
export function refusal(status: number, { host }: URL): TransferFailure {
  const why = status === 407 ? 'wants other credentials' : 'refuses';
  return new TransferFailure('proxy', `The proxy ${host} ${why} (status ${status})`);
}
