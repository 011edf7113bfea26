import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server on loopback that says whatever a test wants, byte by byte. */
export interface RawServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  /** The head of each request, in the order in which they came. */
  readonly requests: readonly string[];
  /** Connections that were made. */
  readonly connections: () => number;
}

/** Answers one request, perhaps later; the head is what the client sent. */
export type Answer = (socket: Socket, head: string) => unknown;

/** Starts a server that reads heads of requests and leaves the rest to a test. */
export async function rawServer(answer: Answer): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let heads = '';
    socket.on('data', (bytes) => {
      heads += bytes.toString('latin1');
      for (let end = heads.indexOf('\r\n\r\n'); end >= 0; end = heads.indexOf('\r\n\r\n')) {
        const head = heads.slice(0, end);
        heads = heads.slice(end + 4);
        requests.push(head);
        answer(socket, head);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** When the files of {@link fileServer} last changed. */
export const lastModified = new Date('2026-01-02T03:04:05Z');

/** An answer with a body, as raw bytes. */
export function response(status: string, headers: Readonly<Record<string, string | number>>, body = ''): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${fields.join('')}\r\n${body}`;
}

/** A server of files with ranges and conditions, as nginx does it. */
export async function fileServer(files: Readonly<Record<string, string>>, changed = lastModified): Promise<RawServer> {
  return await rawServer((socket, head) => {
    const [, path = ''] = head.split(' ');
    const body = files[path];
    if (body === undefined) {
      socket.write(response('404 Not Found', { 'content-length': 4 }, 'none'));
      return;
    }
    const always = { 'last-modified': changed.toUTCString(), 'accept-ranges': 'bytes' };
    const start = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
    const condition = /^if-range: (.*)$/im.exec(head)?.[1]?.trim();
    if (start === 0 || (condition !== undefined && condition !== changed.toUTCString())) {
      socket.write(response('200 OK', { ...always, 'content-length': body.length }, body));
    } else if (start >= body.length) {
      const range = { 'content-range': `bytes */${body.length}`, 'content-length': 0 };
      socket.write(response('416 Range Not Satisfiable', { ...always, ...range }));
    } else {
      const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
      const rest = body.slice(start);
      socket.write(response('206 Partial Content', { ...always, ...range, 'content-length': rest.length }, rest));
    }
  });
}
