import type { IncomingMessage, ServerResponse } from 'node:http';

import { lastModified, type Mirror, type Route, startMirror } from '../kit/mirror.js';
import type { Stop } from './moments.js';

/** A mirror that can stop at a file, and says when it does. */
export interface StoppingMirror extends Mirror {
  /** Stops at the next request for a file, from then on. @returns when it was asked and has sent what it sends */
  stopAt(stop: Stop): Promise<void>;
  /** Answers everything again. */
  goOn(): void;
}

/** @param files - content by name */
export async function startStoppingMirror(files: Readonly<Record<string, Buffer>>): Promise<StoppingMirror> {
  const routes: Record<string, Route> = {};
  const byPath = Object.fromEntries(Object.entries(files).map(([name, content]) => [`/${name}`, content]));
  const mirror = await startMirror(byPath, routes);
  return {
    ...mirror,
    stopAt: async ({ file, after }) =>
      await new Promise((resolve) => {
        const content = files[file] ?? Buffer.alloc(0);
        routes[`/${file}`] = (request, response) => {
          begin(after, content, { request, response });
          resolve();
        };
      }),
    goOn: () => {
      for (const path of Object.keys(routes)) delete routes[path];
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function begin(after: Stop['after'], content: Buffer, { request, response }: Exchange): void {
  if (after === 'part of the header') request.socket.write('HTTP/1.1 200 OK\r\nContent-Le');
  if (after !== 'half of the body') return;
  response.writeHead(200, { 'last-modified': lastModified.toUTCString(), 'content-length': content.length });
  response.write(content.subarray(0, content.length / 2));
}
