import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { announceLoan, lendingConnector, type Loan } from './lent-bytes.js';
import { Agent, type Dispatcher } from './undici.js';

/** What the server does with the first request of a connection, and with the next one. */
let serve: (connection: Socket, number: number) => void;
let server: Server;
let agent: Dispatcher;
/** The client's end of the newest connection. */
let client: Socket;
let connections: number;

beforeEach(async () => {
  connections = 0;
  server = createServer((connection) => {
    let number = 0;
    connection.on('error', () => {}).on('data', () => serve(connection, number++));
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const connect = lendingConnector({ timeout: 60_000 });
  agent = new Agent({
    connect: (options, callback) =>
      connect(options, (...words) => {
        connections += 1;
        client = words[1] as Socket;
        callback(...words);
      }),
  });
});
afterEach(async () => {
  await agent.destroy();
  server.close();
});

interface Taken {
  /** All bytes, copied as they came. */
  readonly bytes: Buffer;
  readonly headers: readonly string[];
  /** How many pieces of memory the chunks lay in. */
  readonly memories: number;
}

interface Asking {
  readonly isLent: boolean;
  /** Called with each chunk; a promise pauses. */
  readonly take?: (chunk: Buffer) => Promise<void> | undefined;
}

/** Requests something. The answer is paused until its headers were read, as a download does. */
async function ask({ isLent, take = () => undefined }: Asking): Promise<Taken> {
  const { port } = server.address() as AddressInfo;
  const copies: Buffer[] = [];
  const memories = new Set<ArrayBufferLike>();
  let headers: readonly string[] = [];
  let loan: Loan | undefined;
  let more: () => void = () => {};
  await new Promise<void>((resolve, reject) => {
    agent.dispatch(
      { origin: `http://localhost:${port}`, path: '/', method: 'GET' },
      {
        onConnect: () => void (loan = announceLoan()),
        onHeaders: (status, raw, resume) => {
          if (status < 200) return true;
          more = resume;
          headers = (raw as readonly unknown[]).map(String);
          if (loan !== undefined) loan.isOpen = isLent;
          globalThis.setImmediate(resume);
          return false;
        },
        onData: (chunk) => {
          memories.add(chunk.buffer);
          const full = take(chunk);
          if (full === undefined) copies.push(Buffer.from(chunk));
          else void full.then(() => copies.push(Buffer.from(chunk))).then(() => more());
          return full === undefined;
        },
        onComplete: () => resolve(),
        onError: reject,
      },
    );
  });
  // A connection is free one turn later.
  await setImmediate();
  return { bytes: Buffer.concat(copies), headers, memories: memories.size };
}

/** Waits until the client has received so many bytes. */
async function received(count: number): Promise<void> {
  while (client.bytesRead < count) await setImmediate();
}

const body = Buffer.from(Array.from({ length: 3_000_017 }, (_, at) => at % 251));
const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;

describe('bytes that are lent', () => {
  it('arrive completely and in order, all in one piece of memory', async () => {
    serve = (connection) => void connection.write(Buffer.concat([Buffer.from(head), body]));
    const lent = await ask({ isLent: true });
    expect(lent.bytes.equals(body)).toBe(true);
    // The first chunk was read together with the header fields.
    expect(lent.memories).toBeLessThanOrEqual(2);
    const copied = await ask({ isLent: false });
    expect(copied.bytes.equals(body)).toBe(true);
    expect(copied.memories).toBeGreaterThan(2);
  });

  it('stay unchanged while the receiver needs them', async () => {
    serve = (connection) => void connection.write(Buffer.concat([Buffer.from(head), body]));
    let number = 0;
    const take = (): Promise<void> | undefined => {
      number += 1;
      if (number % 2 === 0) return undefined;
      const { bytesRead } = client;
      return (async () => {
        // Many turns in which the rest of the body waits to be read.
        for (let turn = 0; turn < 20; turn++, client.read(0)) await setImmediate();
        expect(client.bytesRead).toBe(bytesRead);
      })();
    };
    const { bytes } = await ask({ isLent: true, take });
    expect(bytes.equals(body)).toBe(true);
  });

  it.each([true, false])('do not include header fields, however those arrive (lent: %s)', async (isLent) => {
    const fields = `X-One: ${'a'.repeat(50)}\r\nX-Two: b\r\nContent-Length: 5\r\n\r\n`;
    const all = `HTTP/1.1 200 OK\r\n${fields}hello`;
    serve = (connection) => {
      void (async () => {
        const before = client.bytesRead;
        for (let at = 0; at < all.length; at++) {
          connection.write(all.charAt(at));
          await received(before + at + 1);
        }
      })();
    };
    // The loan of the first answer is over when the second one begins.
    for (let number = 0; number < 2; number++) {
      const { bytes, headers } = await ask({ isLent });
      expect(bytes.toString()).toBe('hello');
      expect(headers).toEqual(['X-One', 'a'.repeat(50), 'X-Two', 'b', 'Content-Length', '5']);
    }
    expect(connections).toBe(1);
  });
});

describe('a connection that lends', () => {
  it('is used again', async () => {
    serve = (connection) => void connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    for (let number = 0; number < 3; number++) {
      expect(String((await ask({ isLent: true })).bytes)).toBe('ok');
    }
    expect(connections).toBe(1);
  });

  it('ends a body that has no length', async () => {
    serve = (connection) => void connection.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body]));
    expect((await ask({ isLent: true })).bytes.equals(body)).toBe(true);
  });

  it('fails if it ends before its body', async () => {
    serve = (connection) => void connection.end(`${head}too little`);
    await expect(ask({ isLent: true })).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('fails if it ends while the receiver is busy', async () => {
    serve = (connection) => void connection.end(`${head}${'x'.repeat(100_000)}`);
    const take = async (): Promise<void> => await setImmediate();
    await expect(ask({ isLent: true, take })).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('is dropped if the server sends what nobody has asked for', async () => {
    serve = (connection) => void connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n');
    expect(String((await ask({ isLent: true })).bytes)).toBe('ok');
    expect(client.destroyed).toBe(true);
  });
});
