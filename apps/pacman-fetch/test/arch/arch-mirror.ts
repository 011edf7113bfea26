/** A mirror of some repositories that looks at who asks it, while they do. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { observeConnections, type Observation } from '../pacman/observed.js';

/** What it has seen. */
interface Seen {
  readonly requests: readonly string[];
  /** Who has asked: see {@link asker}. */
  readonly askers: readonly string[];
}

/** The mirror, on a separate port. */
export interface ArchMirror extends AsyncDisposable {
  readonly origin: string;
  seen(): Seen;
}

/** @param folder - that it serves */
export async function startArchMirror(folder: string): Promise<ArchMirror> {
  const observations: Observation[] = [];
  const requests = new Set<string>();
  const server = createServer((request, response) => {
    observations.push(...observeConnections(request.socket.localPort ?? 0));
    requests.add(`${request.method} ${request.url}`);
    answer(folder, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: () => ({
      requests: [...requests].toSorted(),
      askers: [...new Set(observations.map(asker))].toSorted(),
    }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const file = join(folder, request.url ?? '');
  if (!existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end('not here');
    return;
  }
  const changed = statSync(file).mtime.toUTCString();
  if (request.headers['if-modified-since'] === changed) {
    response.writeHead(304).end();
    return;
  }
  const content = readFileSync(file);
  response.writeHead(200, { 'last-modified': changed, 'content-length': content.length }).end(content);
}

/** `root` for a process that is root or has a capability; otherwise its user, and whether it is confined. */
function asker({ socketUid, threads }: Observation): string {
  const rows = threads.map((thread) => thread.split(' | '));
  const hasRights = rows.some(([uids = '', , , effective = '']) => /\b0\b/.test(uids) || /[^0]/.test(effective));
  if (socketUid === 0 || hasRights) return 'root';
  // No new privileges, and a filter of system calls.
  const isConfined = rows.every(([, , , , , noNewPrivs, seccomp]) => noNewPrivs === '1' && seccomp === '2');
  return `uid ${socketUid}${isConfined ? ', confined' : ''}`;
}
