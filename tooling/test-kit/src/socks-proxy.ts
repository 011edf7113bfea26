import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A SOCKS proxy on loopback that leads every connection to one port of loopback. */
export interface TestSocks extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly port: number;
  /** What it was asked for: `VERSION TARGET USER`. */
  readonly seen: readonly string[];
}

/** What it does. */
export interface TestSocksOptions {
  /** Where its connections lead. */
  readonly leadTo: number;
  /** `USER:PASSWORD` that it wants. */
  readonly credentials?: string;
  /** Its reply to each request; 0 is success in version 5. */
  readonly reply?: number;
  /** Says this and nothing else. */
  readonly says?: Buffer;
}

/** Starts one of version 4, 4A and 5. It answers a byte at a time, as a network may. */
export async function startSocks(options: TestSocksOptions): Promise<TestSocks> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    void serve(client, options, seen).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    port,
    seen,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function serve(
  client: Socket,
  { leadTo, credentials, reply = 0, says }: TestSocksOptions,
  seen: string[],
): Promise<void> {
  const read = async (length: number): Promise<Buffer> => {
    for (;;) {
      const bytes = client.read(length) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise((resolve) => client.once('readable', resolve));
    }
  };
  const untilZero = async (): Promise<string> => {
    let text = '';
    for (let byte = await read(1); byte[0] !== 0; byte = await read(1)) text += byte.toString('latin1');
    return text;
  };
  const say = async (...bytes: readonly number[]): Promise<void> => {
    for (const byte of bytes) await new Promise((resolve) => client.write(Buffer.from([byte]), resolve));
  };
  if (says !== undefined) {
    client.end(says);
    return;
  }
  const [version] = await read(1);
  let user = '';
  let target: string;
  if (version === 4) {
    const [, high = 0, low = 0, ...address] = await read(7);
    user = await untilZero();
    const isNamed = address[0] === 0 && address[1] === 0 && address[2] === 0;
    target = `${isNamed ? await untilZero() : address.join('.')}:${high * 256 + low}`;
    seen.push(`4 ${target} ${user}`.trim());
    await say(0, reply === 0 ? 90 : 91, 0, 0, 0, 0, 0, 0);
  } else {
    const offered = [...(await read((await read(1))[0] ?? 0))];
    const method = credentials === undefined ? 0 : 2;
    await say(5, offered.includes(method) ? method : 0xff);
    if (!offered.includes(method)) throw new Error('no such method');
    if (credentials !== undefined) {
      await read(1);
      user = (await read((await read(1))[0] ?? 0)).toString();
      const password = (await read((await read(1))[0] ?? 0)).toString();
      await say(1, Number(`${user}:${password}` !== credentials));
      if (`${user}:${password}` !== credentials) throw new Error('wrong password');
    }
    const [, , , kind] = await read(4);
    const bytes = await read(kind === 1 ? 4 : kind === 4 ? 16 : ((await read(1))[0] ?? 0));
    const [high = 0, low = 0] = await read(2);
    target = `${kind === 1 ? bytes.join('.') : kind === 4 ? bytes.toString('hex') : bytes.toString()}:${high * 256 + low}`;
    seen.push(`5 ${target} ${user}`.trim());
    await say(5, reply, 0, 3, 3, 97, 98, 99, 0, 80);
  }
  if (reply !== 0) {
    client.end();
    return;
  }
  const upstream = connect(leadTo, '127.0.0.1');
  upstream.on('error', () => upstream.destroy());
  upstream.pipe(client).pipe(upstream);
}
