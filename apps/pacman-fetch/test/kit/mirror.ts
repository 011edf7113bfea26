import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A server of files on loopback that behaves like a good mirror, except where a test says otherwise. */
export interface Mirror extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly origin: string;
  readonly host: string;
  readonly requests: readonly IncomingMessage[];
}

/** Answers one path; the rest is answered as {@link serve} does. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Random bytes of a file that begins as gzip's do: a first byte of chance may be that of a page (RFC 1952). */
export function packed(size: number): Buffer {
  return Buffer.concat([Buffer.from([0x1f, 0x8b]), randomBytes(size - 2)]);
}

/** When the mirror's files last changed. */
export const lastModified = new Date('2026-01-02T03:04:05Z');

/**
 * Starts a mirror.
 *
 * @param files - content by path
 * @param routes - special answers by path
 * @param tls - key and certificate; without them it speaks http
 */
export async function startMirror(
  files: Readonly<Record<string, Buffer>>,
  routes: Readonly<Record<string, Route>> = {},
  tls?: { readonly key: string; readonly cert: string },
): Promise<Mirror> {
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    const path = request.url ?? '';
    const route = routes[path];
    const file = files[path];
    if (route !== undefined) route(request, response);
    else if (file === undefined) response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not here</html>');
    else serve(file, request, response);
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Serves a file with ranges and conditions, as nginx does. */
export function serve(file: Buffer, request: IncomingMessage, response: ServerResponse): void {
  serveChanged(file, lastModified)(request, response);
}

/** Serves a file that last changed at another time. */
export function serveChanged(file: Buffer, changed: Date): Route {
  return (request, response) => answer({ file, changed }, request, response);
}

function answer(
  { file, changed }: { readonly file: Buffer; readonly changed: Date },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { range, 'if-unmodified-since': unmodifiedSince } = request.headers;
  if (unmodifiedSince !== undefined && new Date(unmodifiedSince) < changed) {
    response.writeHead(412).end();
    return;
  }
  const headers = { 'last-modified': changed.toUTCString(), 'accept-ranges': 'bytes' };
  const start = range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
  if (range !== undefined && start >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return;
  }
  const body = file.subarray(start);
  const length = { ...headers, 'content-length': body.length };
  if (range === undefined) response.writeHead(200, length).end(body);
  else
    response
      .writeHead(206, { ...length, 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` })
      .end(body);
}
