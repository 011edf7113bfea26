/* Whole answers over connections that lend their bytes, with readers that need those for a while. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Stop } from '../values/stop.js';
import { exchange } from './exchange.js';
import { lendingConnector } from './lent-bytes.js';
import { Agent, type Dispatcher } from './undici.js';

const body = Buffer.from(Array.from({ length: 3_000_017 }, (_, at) => at % 251));
const chunks = Array.from({ length: Math.ceil(body.length / 200_000) }, (_, index) =>
  body.subarray(index * 200_000, (index + 1) * 200_000),
);
const chunked = Buffer.concat([
  ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
  Buffer.from('0\r\nX-Last: yes\r\n\r\n'),
]);

let server: Server;
let agent: Dispatcher;
let serve: (connection: Socket) => void;
beforeEach(async () => {
  server = createServer((connection) => {
    connection.on('error', () => {}).on('data', () => serve(connection));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  agent = new Agent({ connect: lendingConnector({ timeout: 60_000 }) });
});
afterEach(async () => {
  await agent.destroy();
  server.close();
});

/** Reads an answer, and needs every second chunk for some turns. */
async function read(): Promise<{ readonly isWhole: boolean; readonly isLent: boolean }> {
  const { port } = server.address() as AddressInfo;
  const question = { origin: `http://127.0.0.1:${port}`, path: '/', method: 'GET', headers: {} } as const;
  const answer = await exchange(agent, question, new Stop());
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  };
  // Bytes come before anybody reads them.
  await turns();
  const copies: Buffer[] = [];
  const memories: ArrayBufferLike[] = [];
  await answer.body.each((chunk) => {
    memories.push(chunk.buffer);
    if (memories.length % 2 === 1) return void copies.push(Buffer.from(chunk));
    return turns().then(() => void copies.push(Buffer.from(chunk)));
  });
  // A read has at most 256 KiB, so these are of two reads.
  const isLent = memories.at(-1) === memories.at(-5);
  return { isWhole: Buffer.concat(copies).equals(body), isLent };
}

describe('an answer over a connection that lends', () => {
  it('is right, and lent', async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
    serve = (connection) => void connection.write(Buffer.concat([Buffer.from(head), body]));
    expect(await read()).toEqual({ isWhole: true, isLent: true });
  });

  it('is right in chunks with trailers, which are never lent', async () => {
    serve = (connection) => {
      connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      connection.write(chunked);
    };
    expect(await read()).toEqual({ isWhole: true, isLent: false });
  });

  it('without a length is right', async () => {
    serve = (connection) => void connection.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body]));
    expect(await read()).toMatchObject({ isWhole: true });
  });
});
