import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { databaseOf, type DemoPackage } from './database.js';

/** The embedded mirror: a small package repository on loopback, made of random bytes. */
export interface DemoMirror extends AsyncDisposable {
  readonly origin: string;
  readonly packages: readonly DemoPackage[];
  /** What pacman calls them. */
  readonly targets: readonly string[];
}

const KiB = 1024;

/** Names and sizes as in a real repository. */
const contents: readonly (readonly [name: string, size: number])[] = [
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
  const files = contents.map(([name, size]) => ({ name, body: randomBytes(size) }));
  const packages = files.map(({ name, body }) => ({ name, size: body.length, sha256: digest(body) }));
  const bodies = new Map<string, Buffer>(files.map(({ name, body }) => [name, body]));
  bodies.set('demo.db', databaseOf(packages));
  const server = createServer((request, response) => {
    const body = bodies.get(decodeURIComponent(request.url ?? '').slice(1));
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': body.length, 'last-modified': new Date(0).toUTCString() });
    // Who goes away before the end has a reason of its own.
    pipeline(Readable.from(paced(body)), response).catch(() => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    packages,
    targets: contents.map(([name]) => name.replace(/-[^-]+-[^-]+-[^-]+$/, '')),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A body in slices, no faster than the rate. */
async function* paced(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += slice) {
    yield body.subarray(at, at + slice);
    await delay((slice / rate) * 1000);
  }
}

/** SHA-256 of bytes, in hexadecimal. */
export function digest(bytes: Buffer = Buffer.alloc(0)): string {
  return createHash('sha256').update(bytes).digest('hex');
}
