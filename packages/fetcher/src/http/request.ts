import { basicCredentials } from './basic.js';
import type { Connections, RouteOptions } from './connections.js';
import type { FailureKind } from '../errors/error-codes.js';
import { failureOf } from './failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { isLinkLocal, linkLocalRefusal } from './link-local.js';
import { portOf, type Ports } from '../values/port.js';
import { proxyFailure, refusal } from './tunnel.js';
import { checkTransferEncoding } from './transfer-encoding.js';
import type { Dispatcher } from './undici.js';

/** An answer whose body has not been read yet. */
export interface Response {
  readonly status: number;
  /** A header field's value; the first of several. */
  header(name: string): string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
  /** The URL that answered, after redirects. */
  readonly url: URL;
}

/** What to ask for. */
export interface RequestOptions {
  /** What the requests go through, each redirect's anew. */
  readonly connections: Connections;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly maxRedirects: number;
  /** What the caller has named: its host may have a link-local address. Default: the URL that is asked for first. */
  readonly own?: URL | undefined;
  /** TCP ports that redirects may lead to. Default: any. */
  readonly ports?: Ports | undefined;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a URL and follows redirects: to http and https only, never from https to http, with the URL's own
 * credentials for its own origin only. To link-local addresses they lead only where the caller has named one: a server could
 * have the machine's own secrets fetched from there. To other addresses of this network they lead, since mirrors within it
 * are what many have.
 *
 * @throws TransferFailure
 */
export async function request(start: URL, options: RequestOptions): Promise<Response> {
  let url = start;
  for (let hops = 0; hops <= options.maxRedirects; hops++) {
    const mayBeLinkLocal = isNamed(url, { own: options.own ?? start, hops });
    if (!mayBeLinkLocal && isLinkLocal(url.hostname)) throw linkLocalRefusal(url.hostname);
    const response = await ask(url, {
      ...options,
      credentials: url.origin === start.origin ? start : url,
      mayBeLinkLocal,
    });
    if (!redirects.has(response.status)) return plain(response);
    const location = response.header('location');
    discard(response);
    if (location === undefined) throw new TransferFailure('redirect', `${url.host} redirects to nowhere`);
    url = nextUrl(url, location);
    requirePort(url, options.ports);
  }
  throw new TransferFailure('redirect', `More than ${options.maxRedirects} redirects`);
}

/**
 * Whether what is asked for is what the caller has named, or what that is written as leads to the machine's own link by
 * itself. A redirect to the same name may lead to another address: whose server it is, its name server may be as well.
 */
function isNamed(url: URL, { own, hops }: { readonly own: URL; readonly hops: number }): boolean {
  const isFirst = hops === 0 && url.hostname === own.hostname && url.pathname.startsWith(own.pathname);
  return isFirst || isLinkLocal(own.hostname);
}

function plain(response: Response): Response {
  try {
    checkTransferEncoding(response.header('transfer-encoding'), response.url.host);
    return response;
  } catch (error) {
    discard(response);
    throw error;
  }
}

/** Drops the connection of an answer whose body nobody wants. */
export function discard({ body }: Pick<Response, 'body'>): void {
  // Dropping it early is an error to the stream, and to nobody else.
  body.on('error', () => {});
  body.destroy();
}

/**
 * Takes a body to its end. By its events: a promise for each chunk costs more than all else that is done with it.
 *
 * @param take - gets each chunk; what it returns is waited for before the next one
 * @throws what the body fails with, or what `take` throws
 */
export async function eachChunk(
  { body }: Pick<Response, 'body'>,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    body.once('end', resolve);
    body.once('error', reject);
    body.once('close', () => reject(new Error('the answer was closed')));
    body.on('data', (chunk: Uint8Array) => {
      try {
        const full = take(chunk);
        if (full === undefined) return;
        body.pause();
        void full.then(() => body.resume());
      } catch (error) {
        reject(error);
        discard({ body });
      }
    });
  });
}

/** The target of a redirect, if it may be followed. */
export function nextUrl(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href))
    throw new TransferFailure('redirect', `${from.host} redirects to an invalid URL`);
  const url = new URL(location, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TransferFailure('redirect', `${from.host} redirects to ${url.protocol} which is not followed`);
  }
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw new TransferFailure('redirect', `${from.host} redirects from https to http, which is not followed`);
  }
  return url;
}

function requirePort(url: URL, ports: Ports | undefined): void {
  const port = portOf(url);
  if (ports === undefined || ports === 'any' || ports.includes(port)) return;
  throw new TransferFailure('redirect', `A redirect leads to ${url.hostname}, port ${port}, which is not allowed`);
}

/**
 * A server may close a connection that was kept while it is asked for the next file (RFC 9112, 9.3.1). What can't be told
 * from there is whether it was one: where no answer came, it is asked once more, as may be done with a GET (RFC 9110,
 * 9.2.2), and over a connection of its own, since what else was kept may be as dead.
 */
async function ask(url: URL, options: Omit<Ask, 'use'>): Promise<Response> {
  try {
    return await askOnce(url, { ...options, use: 'kept' });
  } catch (error) {
    if (!(error instanceof TransferFailure) || error.kind !== 'truncated') throw error;
    return await askOnce(url, { ...options, use: 'own' });
  }
}

interface Ask extends RequestOptions, RouteOptions {
  /** The URL whose user and password are sent. */
  readonly credentials: URL;
}

/** @throws TransferFailure `truncated` if the connection was lost before the answer */
async function askOnce(url: URL, options: Ask): Promise<Response> {
  const { dispatcher, proxy } = options.connections.route(url, options);
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      ...targetOf(url, proxy),
      method: 'GET',
      headers: { ...options.headers, ...authorization(options.credentials, proxy), ...hostFor(url, proxy) },
      signal: options.signal,
    });
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const response = { status: statusCode, header, body, url };
    if (proxy === undefined || statusCode !== 407) return response;
    discard(response);
    throw refusal(statusCode, proxy);
  } catch (error) {
    const failure = failureOf(error, url);
    const isOfProxy = proxy !== undefined && beforeAnswer.has(failure.kind);
    throw isOfProxy ? proxyFailure(error, proxy) : failure;
  }
}

/** What goes wrong while the one who is asked is connected to. */
const beforeAnswer: ReadonlySet<FailureKind> = new Set(['dns', 'connect', 'tls']);

/** A proxy is asked for the whole URL (RFC 9112, 3.2.2). */
function targetOf(url: URL, proxy: URL | undefined): { readonly origin: string; readonly path: string } {
  const path = `${url.pathname}${url.search}`;
  return proxy === undefined ? { origin: url.origin, path } : { origin: proxy.origin, path: `${url.origin}${path}` };
}

/**
 * A proxy ignores Host beside a whole URL (RFC 9112, 3.2.2), but is told. Over TLS undici would take it for the name in
 * the proxy's certificate.
 */
function hostFor({ host }: URL, proxy: URL | undefined): Record<string, string> {
  return proxy?.protocol === 'http:' ? { host } : {};
}

function authorization(url: URL, proxy: URL | undefined): Record<string, string> {
  const own = basicCredentials(url);
  const forProxy = proxy === undefined ? undefined : basicCredentials(proxy);
  return {
    ...(own === undefined ? {} : { authorization: own }),
    ...(forProxy === undefined ? {} : { 'proxy-authorization': forProxy }),
  };
}
