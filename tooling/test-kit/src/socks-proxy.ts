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

/** Starts one of version 4, 4A and 5. */
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

/** What was asked for, and what is answered. */
interface Asked {
  readonly version: 4 | 5;
  readonly target: string;
  readonly user: string;
  readonly answer: readonly number[];
}

async function serve(client: Socket, options: TestSocksOptions, seen: string[]): Promise<void> {
  const { leadTo, reply = 0, says } = options;
  if (says !== undefined) {
    client.end(says);
    return;
  }
  const talk = new Talk(client);
  const [first] = await talk.read(1);
  const { version, target, user, answer } = first === 4 ? await asked4(talk, reply) : await asked5(talk, options);
  seen.push(`${version} ${target} ${user}`.trim());
  await talk.say(...answer);
  if (reply !== 0) {
    client.end();
    return;
  }
  const upstream = connect(leadTo, '127.0.0.1');
  upstream.on('error', () => upstream.destroy());
  upstream.pipe(client).pipe(upstream);
}

async function asked4(talk: Talk, reply: number): Promise<Asked> {
  const [, high = 0, low = 0, ...address] = await talk.read(7);
  const user = await talk.untilZero();
  const isNamed = address.slice(0, 3).every((byte) => byte === 0);
  const host = isNamed ? await talk.untilZero() : address.join('.');
  const answer = [0, reply === 0 ? 90 : 91, 0, 0, 0, 0, 0, 0];
  return { version: 4, target: `${host}:${high * 256 + low}`, user, answer };
}

async function asked5(talk: Talk, { credentials, reply = 0 }: TestSocksOptions): Promise<Asked> {
  const offered = new Set(await talk.counted());
  const method = credentials === undefined ? 0 : 2;
  await talk.say(5, offered.has(method) ? method : 0xff);
  if (!offered.has(method)) throw new Error('no such method');
  const user = credentials === undefined ? '' : await userOf(talk, credentials);
  const [, , , kind] = await talk.read(4);
  const host = await hostOf(talk, kind);
  const [high = 0, low = 0] = await talk.read(2);
  // It names what it connected from.
  const answer = [5, reply, 0, 3, 3, 97, 98, 99, 0, 80];
  return { version: 5, target: `${host}:${high * 256 + low}`, user, answer };
}

async function userOf(talk: Talk, credentials: string): Promise<string> {
  await talk.read(1);
  const user = (await talk.counted()).toString();
  const isRight = `${user}:${(await talk.counted()).toString()}` === credentials;
  await talk.say(1, Number(!isRight));
  if (!isRight) throw new Error('wrong password');
  return user;
}

async function hostOf(talk: Talk, kind: number | undefined): Promise<string> {
  if (kind === 1) return (await talk.read(4)).join('.');
  return kind === 4 ? (await talk.read(16)).toString('hex') : (await talk.counted()).toString();
}

/** What is heard from a client and said to it. */
class Talk {
  readonly #client: Socket;

  constructor(client: Socket) {
    this.#client = client;
  }

  async read(length: number): Promise<Buffer> {
    for (;;) {
      const bytes = this.#client.read(length) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise((resolve) => {
        this.#client.once('readable', resolve);
      });
    }
  }

  /** Bytes behind their number. */
  async counted(): Promise<Buffer> {
    return await this.read((await this.read(1))[0] ?? 0);
  }

  async untilZero(): Promise<string> {
    let text = '';
    for (let byte = await this.read(1); byte[0] !== 0; byte = await this.read(1)) text += byte.toString('latin1');
    return text;
  }

  /** A byte at a time, as a network may. */
  async say(...bytes: readonly number[]): Promise<void> {
    for (const byte of bytes) {
      await new Promise((resolve) => {
        this.#client.write(Buffer.from([byte]), resolve);
      });
    }
  }
}
