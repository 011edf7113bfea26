import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Certificate } from '@sb/test-kit';

/** A proxy on loopback that answers every http URL itself and opens every tunnel to one port of loopback. */
export interface TestProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly origin: string;
  readonly port: number;
  /** What it was asked for: `METHOD TARGET CREDENTIALS`. */
  readonly seen: readonly string[];
}

/** What a proxy does. */
export interface TestProxyOptions {
  /** The body of its answers. */
  readonly content: string;
  /** Where its tunnels lead. */
  readonly tunnelTo?: number;
  /** It is asked over TLS. */
  readonly certificate?: Certificate;
}

/** Starts a proxy. */
export async function startProxy({ content, tunnelTo = 1, certificate }: TestProxyOptions): Promise<TestProxy> {
  const seen: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage): void => {
    seen.push(`${method} ${url} ${headers['proxy-authorization'] ?? ''}`.trim());
  };
  const answer: RequestListener = (request, response) => {
    note(request);
    response.writeHead(200, { 'content-length': content.length }).end(content);
  };
  const server = certificate === undefined ? createServer(answer) : createSecureServer(certificate, answer);
  const sockets = new Set<Duplex>();
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    note(request);
    const upstream = connect(tunnelTo, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const stream of [client, upstream]) {
      sockets.add(stream);
      stream.on('error', () => stream.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    seen,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
