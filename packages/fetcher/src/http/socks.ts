/**
 * Connections through a SOCKS proxy, by the schemes of curl(1): `socks5h` and `socks4a` have the proxy look up names,
 * `socks5` and `socks4` get addresses. It is written here because it is shorter than the use of a package would be.
 */
import { connect, type LookupFunction, type Socket } from 'node:net';

import { TransferFailure } from '../errors/transfer-failure.js';
import { decoded } from './basic.js';
import { failureOf } from './failure-of.js';
import {
  forbidden5,
  greeting,
  methods,
  passwordWord,
  reasons5,
  request4,
  request5,
  type SocksTarget,
} from './socks-words.js';
import { proxyFailure, refusal } from './tunnel.js';

/** How to connect through a proxy. */
export interface SocksOptions {
  readonly proxy: URL;
  /** Milliseconds for the whole procedure. */
  readonly timeout: number;
  /** The look-up for the proxy's name. */
  readonly lookup: LookupFunction;
  /** The look-up for the host's name, if the proxy gets addresses. */
  readonly lookupHost: LookupFunction;
}

/** Whether a proxy speaks SOCKS. */
export function isSocks({ protocol }: URL): boolean {
  return /^socks(?:4a?|5h?)?:$/.test(protocol);
}

/**
 * Connects to a host through a SOCKS proxy.
 *
 * @returns a connection from which no byte of the host was read
 * @throws TransferFailure `proxy`; `connect` if the proxy could not reach the host, `dns` for a name without an address
 */
export async function connectBySocks(target: SocksTarget, options: SocksOptions): Promise<Socket> {
  const { proxy, timeout, lookup } = options;
  const known = /^socks[45]?:$/.test(proxy.protocol) ? await resolved(target, options) : target;
  const host = decoded(proxy.hostname).replace(/^\[(.*)\]$/, '$1');
  const socket = connect({ host, port: Number(proxy.port), lookup });
  const failure = new TransferFailure('proxy', `The proxy ${proxy.host} did not answer in ${timeout / 1000} seconds`);
  const timer = setTimeout(() => socket.destroy(failure), timeout);
  const words = new Words(socket);
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    await (proxy.protocol.startsWith('socks5') ? shake5(words, known, proxy) : shake4(words, known, proxy));
    if (socket.readableLength > 0) {
      throw new TransferFailure('proxy', `The proxy ${proxy.host} sent more than it was asked for`);
    }
    return socket.setNoDelay(true);
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error instanceof TransferFailure ? error : proxyFailure(error, proxy);
  } finally {
    clearTimeout(timer);
    words.end();
  }
}

async function resolved({ host, port }: SocksTarget, { lookupHost, proxy }: SocksOptions): Promise<SocksTarget> {
  // Version 4 supports addresses of four bytes only.
  const family = proxy.protocol.startsWith('socks5') ? 0 : 4;
  const address = await new Promise<string>((resolve, reject) => {
    lookupHost(host, { family, all: false }, (error, found) => {
      if (error === null) resolve(typeof found === 'string' ? found : (found[0]?.address ?? host));
      else reject(failureOf(error, new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`)));
    });
  });
  return { host: address, port };
}

/** Version 5: the way to authenticate, the password if required, and the connection. */
async function shake5(words: Words, target: SocksTarget, proxy: URL): Promise<void> {
  const [user, password] = [decoded(proxy.username), decoded(proxy.password)];
  const hasPassword = user !== '' || password !== '';
  const [version, method] = await words.ask(greeting(hasPassword), 2);
  requireVersion(version, 5, proxy);
  if (method === methods.password && hasPassword) {
    const [, status] = await words.ask(passwordWord(user, password), 2);
    if (status !== 0) throw refusal(407, proxy);
  } else if (method !== methods.none) {
    throw refusal(407, proxy);
  }
  const [, reply = 0, , kind] = await words.ask(request5(target), 4);
  if (reply === forbidden5) throw refused(target, proxy);
  if (reply !== 0) throw unreachable(target, reasons5[reply] ?? `SOCKS reply ${reply}`);
  // The address that it connected from, which is not needed.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await words.read(1))[0] ?? 0);
  await words.read(length + 2);
}

/** The answer of version 4 is only yes or no. */
async function shake4(words: Words, target: SocksTarget, proxy: URL): Promise<void> {
  if (target.host.includes(':')) throw unreachable(target, 'SOCKS 4 does not support IPv6 addresses');
  const [version, reply] = await words.ask(request4(target, decoded(proxy.username)), 8);
  requireVersion(version, 0, proxy);
  if (reply === 92 || reply === 93) throw refusal(407, proxy);
  if (reply !== 90) throw unreachable(target, `SOCKS reply ${reply}`);
}

function requireVersion(found: number | undefined, version: number, { host }: URL): void {
  if (found !== version) throw new TransferFailure('proxy', `The proxy ${host} does not speak this version of SOCKS`);
}

function refused({ host, port }: SocksTarget, proxy: URL): TransferFailure {
  return new TransferFailure('proxy', `The proxy ${proxy.host} does not allow connections to ${host}:${port}`);
}

function unreachable({ host, port }: SocksTarget, why: string): TransferFailure {
  return new TransferFailure('connect', `The proxy could not connect to ${host}:${port}: ${why}`);
}

/** Sends to a proxy and reads from it: only the requested number of bytes, and following bytes stay unread. */
class Words {
  readonly #socket: Socket;
  #settle: (error?: Error) => void = () => {};

  readonly #onReadable = (): void => this.#settle();
  readonly #onError = (error: Error): void => this.#settle(error);
  readonly #onEnd = (): void => this.#settle(new Error('it closed the connection'));

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', this.#onReadable).on('error', this.#onError).on('close', this.#onEnd).on('end', this.#onEnd);
  }

  async ask(word: Buffer, length: number): Promise<Buffer> {
    this.#socket.write(word);
    return await this.read(length);
  }

  async read(length: number): Promise<Buffer> {
    for (;;) {
      const bytes = this.#socket.read(length) as Buffer | null;
      if (bytes?.length === length) return bytes;
      if (bytes !== null || this.#socket.readableEnded) throw new Error('it closed the connection');
      await new Promise<void>((resolve, reject) => {
        this.#settle = (error) => (error === undefined ? resolve() : reject(error));
      });
    }
  }

  end(): void {
    this.#socket.off('readable', this.#onReadable).off('error', this.#onError);
    this.#socket.off('close', this.#onEnd).off('end', this.#onEnd);
  }
}
