import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The embedded mirror: a small package repository on loopback, made of random bytes. */
export interface DemoMirror extends AsyncDisposable {
  readonly origin: string;
  /** Names and sizes of its files, with their SHA-256. */
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
}

const KiB = 1024;

/** Names and sizes as in a real repository. */
const contents: readonly (readonly [name: string, size: number])[] = [
  ['demo.db', 130 * KiB],
  ['zlib-1:1.3.1-2-x86_64.pkg.tar.zst', 95 * KiB],
  ['curl-8.17.0-1-x86_64.pkg.tar.zst', 1280 * KiB],
  ['openssl-3.6.0-1-x86_64.pkg.tar.zst', 5300 * KiB],
  ['vim-9.1.1900-1-x86_64.pkg.tar.zst', 2400 * KiB],
  ['linux-6.18.1.arch1-1-x86_64.pkg.tar.zst', 9000 * KiB],
];

/** Bytes a second that it sends at most, so that there is a progress to see. */
const rate = 16 * 1024 * KiB;
const slice = 64 * KiB;

/** Starts the mirror on a free port of loopback. */
export async function startDemoMirror(): Promise<DemoMirror> {
  const bodies = new Map(contents.map(([name, size]) => [`/${encodeURIComponent(name)}`, randomBytes(size)]));
  const server = createServer((request, response) => {
    const body = bodies.get(request.url ?? '');
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': body.length, 'last-modified': new Date(0).toUTCString() });
    let sent = 0;
    const timer = setInterval(
      () => {
        response.write(body.subarray(sent, sent + slice));
        sent += slice;
        if (sent >= body.length) response.end();
      },
      (slice / rate) * 1000,
    );
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files: contents.map(([name, size]) => ({ name, size, sha256: digest(bodies.get(`/${encodeURIComponent(name)}`)) })),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** SHA-256 of bytes, in hexadecimal. */
export function digest(bytes: Buffer = Buffer.alloc(0)): string {
  return createHash('sha256').update(bytes).digest('hex');
}
