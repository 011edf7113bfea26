import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

import { errorCode } from '@sb/core';

import { FetcherError } from './errors.js';

/**
 * Makes sure that nobody else of us writes to an open file: a socket in Linux's abstract namespace that is named after
 * the file and goes with its process, however that ends (`unix(7)`). Elsewhere two at once are not noticed.
 *
 * @param descriptor - the open file
 * @param path - for the error
 * @returns what holds the lock; close it when done
 * @throws FetcherError `file` if another process has it
 */
export async function lockFile(descriptor: number, path: string): Promise<Server | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { dev, ino } = fstatSync(descriptor);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  server.listen(`\0sb-fetcher:${dev}:${ino}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') {
      throw new FetcherError('file', `${path} can't be locked: ${errorCode(error)}`, { path });
    }
    throw new FetcherError('file', `another process downloads to ${path}`, { path, hint: 'Wait for it to end.' });
  }
  return server;
}
