import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { archiveOf } from './archive.js';
import { type Asker, askerAt } from './asker.js';
import { buildDate, databaseOf, type DemoPackage, description } from './database.js';

/** The embedded mirror: a small package repository on loopback, made of random bytes. */
export interface DemoMirror extends AsyncDisposable {
  /**
   * The descriptor that listens. It is passed to each program that trusts the mirror: if this process ends first, no
   * other program gets the port.
   */
  readonly listening: number;
  readonly origin: string;
  readonly packages: readonly DemoPackage[];
  /** The clients so far, one entry for each request. */
  readonly askers: readonly Asker[];
}

const KiB = 1024;

/** Names, versions and sizes as in a real repository. */
const contents: readonly (readonly [name: string, version: string, size: number])[] = [
  ['zlib', '1:1.3.1-2', 95 * KiB],
  ['curl', '8.17.0-1', 1280 * KiB],
  ['openssl', '3.6.0-1', 5300 * KiB],
  ['vim', '9.1.1900-1', 2400 * KiB],
  ['linux', '6.18.1.arch1-1', 9000 * KiB],
];

const arch = 'x86_64';

/** Another user of the machine may take all of them, and only makes a demonstration fail. */
const maxConnections = 64;

/** The most bytes a second that it sends, so that progress is visible. */
const rate = 16 * 1024 * KiB;
const slice = 64 * KiB;

/** Starts the mirror on a free port of loopback. */
export async function startDemoMirror(): Promise<DemoMirror> {
  const made = contents.map(([name, version, size]) => packageOf(name, version, size));
  const packages = made.map(([one]) => one);
  // By the path of a request. A request of another user may have a path that cannot be decoded.
  const bodies = new Map(made.map(([{ file }, body]) => [new URL(`/${file}`, 'http://mirror').pathname, body]));
  bodies.set('/demo.db', databaseOf(packages));
  const askers: Asker[] = [];
  const server = createServer((request, response) => {
    askers.push(askerAt(request.socket));
    const body = bodies.get(request.url ?? '');
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': body.length, 'last-modified': new Date(0).toUTCString() });
    // A client that disconnects early is not an error.
    pipeline(Readable.from(paced(body)), response).catch(() => undefined);
  });
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    packages,
    askers,
    listening: descriptorOf(server),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Node passes a server only to its own programs, and has no other name for the descriptor. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as { readonly _handle?: { readonly fd?: unknown } };
  if (typeof handle?.fd === 'number' && handle.fd > 2) return handle.fd;
  throw new Error('this version of Node does not give the descriptor of a server');
}

/** A package that pacman can install: its `.PKGINFO`, and one file below /opt. */
function packageOf(name: string, version: string, size: number): readonly [DemoPackage, Buffer] {
  const info = {
    pkgname: name,
    pkgbase: name,
    pkgver: version,
    pkgdesc: description,
    size,
    arch,
    builddate: buildDate,
  };
  const lines = Object.entries(info).map(([key, value]) => `${key} = ${value}\n`);
  const body = archiveOf([
    { path: '.PKGINFO', content: lines.join('') },
    { path: `opt/demo/${name}`, content: randomBytes(size) },
  ]);
  const file = `${name}-${version}-${arch}.pkg.tar.gz`;
  return [{ file, name, version, arch, size: body.length, installed: size, sha256: digest(body) }, body];
}

/** Sends a body in slices, no faster than the rate. */
async function* paced(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += slice) {
    yield body.subarray(at, at + slice);
    await delay((slice / rate) * 1000);
  }
}

/** SHA-256 of bytes, in hexadecimal. */
function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
