/**
 * Whether an answer over TLS ended with close_notify (RFC 8446, 6.1). Node reports the end of a TLS connection and the
 * end of the TCP connection below it in the same way. So a stream of this file lies between them and is asked.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

import { TransferFailure } from '../errors/transfer-failure.js';

/** The bytes below TLS: an open TCP connection, as a stream that is not a socket. */
class BelowTls extends Duplex {
  readonly #tcp: Socket;

  constructor(tcp: Socket, host: string) {
    super();
    this.#tcp = tcp;
    tcp.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) tcp.pause();
    });
    tcp.once('end', () => this.push(null));
    // undici takes ECONNRESET, and a close without an error, for the end of an answer without a length.
    tcp.on('error', () => this.destroy(withoutNotice(host)));
    tcp.once('close', () => {
      if (!tcp.readableEnded) this.destroy(withoutNotice(host));
    });
  }

  override _read(): void {
    this.#tcp.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#tcp.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#tcp.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#tcp.destroy();
    done(error);
  }
}

/** How {@link secureWithNotice} makes a connection. */
export interface NoticeOptions {
  /** Host and port of the server, for messages. */
  readonly host: string;
  /** Begins TLS over a stream; resolves when it is established. */
  readonly secure: (below: Duplex) => Promise<Socket>;
}

/**
 * Begins TLS over a connection. The result ends only if the server has sent close_notify. Otherwise it fails: nobody
 * can forge that message, but every router can end a TCP connection.
 *
 * @param tcp - open; no byte of the server was read
 * @throws what `secure` throws
 */
export async function secureWithNotice(tcp: Socket, { host, secure }: NoticeOptions): Promise<Socket> {
  const below = new BelowTls(tcp, host);
  const above = await secure(below);
  const push = above.push.bind(above);
  // Node decrypts all that has arrived at once. So if the end below comes first, it came without close_notify.
  above.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk !== null || !below.readableEnded) return push(chunk, encoding);
    above.destroy(withoutNotice(host));
    return false;
  };
  return above;
}

function withoutNotice(host: string): TransferFailure {
  return new TransferFailure(
    'truncated',
    `${host} closed the connection without the end that TLS gives a whole answer`,
  );
}
