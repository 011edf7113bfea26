import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a mirror does to hold up who waits for it; `good` does not. */
export type MirrorKind = 'good' | 'stalled' | 'byte a second' | '503' | 'stops at 99 %';

/** Mirrors with addresses of their own on loopback, and one port, as mirrors of the internet have. */
export interface Mirrors extends AsyncDisposable {
  readonly origins: readonly string[];
  /** Bytes of bodies that all of them have sent. */
  readonly sent: () => number;
  /** Paths that one of them was asked for. */
  readonly asked: (mirror: number) => readonly string[];
}

/** Bytes a second over each connection, and milliseconds between two pieces. */
const rate = 2_000_000;
const interval = 10;

/**
 * Starts mirrors.
 *
 * @param kinds - what each of them does
 * @param files - content by path
 */
export async function startMirrors(kinds: readonly MirrorKind[], files: ReadonlyMap<string, Buffer>): Promise<Mirrors> {
  let sent = 0;
  const asked = kinds.map((): string[] => []);
  const listenerOf = (kind: MirrorKind, paths: string[]): RequestListener => {
    return ({ url = '', headers }, response) => {
      paths.push(url);
      const file = files.get(url);
      if (kind === 'stalled') return;
      if (kind === '503' || file === undefined) {
        response.writeHead(kind === '503' ? 503 : 404).end();
        return;
      }
      const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
      const body = file.subarray(from);
      const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` };
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': body.length,
        'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
        ...(from === 0 ? {} : range),
      });
      response.flushHeaders();
      const isDrip = kind === 'byte a second';
      const end = kind === 'stops at 99 %' ? Math.floor(body.length * 0.99) : body.length;
      let at = 0;
      const timer = setInterval(
        () => {
          const to = Math.min(end, at + (isDrip ? 1 : (rate * interval) / 1000));
          if (!response.destroyed) response.write(body.subarray(at, to));
          sent += response.destroyed ? 0 : to - at;
          at = to;
          if (at < end && !response.destroyed) return;
          clearInterval(timer);
          if (at === body.length) response.end();
        },
        isDrip ? 1000 : interval,
      );
    };
  };
  const servers: Server[] = [];
  let port = 0;
  for (const [index, kind] of kinds.entries()) {
    const server = createServer(listenerOf(kind, asked[index] ?? []));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, `127.0.0.${index + 1}`, resolve);
    });
    ({ port } = server.address() as AddressInfo);
    servers.push(server);
  }
  return {
    origins: kinds.map((_, index) => `http://127.0.0.${index + 1}:${port}`),
    sent: () => sent,
    asked: (mirror) => asked[mirror] ?? [],
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => {
          server.close(resolve);
        });
      }
    },
  };
}
