import { basicCredentials } from './basic.js';
import type { Connections, RouteOptions } from './connections.js';
import type { FailureKind } from '../errors/error-codes.js';
import { failureOf } from './failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { isLinkLocal, linkLocalRefusal } from './link-local.js';
import { portOf, type Ports } from '../values/port.js';
import { proxyFailure, refusal } from './tunnel.js';
import { checkTransferEncoding } from './transfer-encoding.js';
import { type Answer, exchange } from './exchange.js';
import type { Ahead, AheadOptions } from './sent.js';
import type { Stop } from '../values/stop.js';

/** An answer whose body has not been read yet. */
export interface Response extends Answer {
  /** The URL that answered, after redirects. */
  readonly url: URL;
  /** Whether the body ends without an error only if the server has ended it within TLS. */
  readonly provesEnd: boolean;
}

/** What to request. */
export interface RequestOptions {
  /** What the requests are sent through; chosen again for each redirect. */
  readonly connections: Connections;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the requests, and the body of the answer. */
  readonly stop: Stop;
  readonly maxRedirects: number;
  /** The URL of the caller: its host may have a link-local address. Default: the first URL. */
  readonly own?: URL | undefined;
  /** TCP ports that redirects may lead to. Default: any. */
  readonly ports?: Ports | undefined;
  /** Whether the end of the connection must show that the body is complete, if the way to the server permits it. */
  readonly provesEnd?: boolean;
  /** What lets a request be sent ahead of others' answers. Default: nothing. */
  readonly ahead?: Ahead;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Requests a URL and follows redirects, to http and https only, never from https to http. The URL's own credentials are
 * sent to its own origin only. A redirect to a link-local address is followed only if the caller has named one:
 * otherwise a server could have the machine's own secrets fetched from there. Redirects to other addresses of this
 * network are followed, because many networks have mirrors.
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
    response.body.discard();
    if (location === undefined) throw new TransferFailure('redirect', `${url.host} sent a redirect without a target`);
    url = nextUrl(url, location);
    requirePort(url, options.ports);
  }
  throw new TransferFailure('redirect', `More than ${options.maxRedirects} redirects`);
}

/**
 * Whether the requested URL is the caller's own, or the caller's URL contains a link-local address itself. A redirect
 * to the same name may lead to another address: the owner of the server may also control its name server.
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
    response.body.discard();
    throw error;
  }
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
 * A server may close a kept connection while the next file is requested over it (RFC 9112, 9.3.1). That cannot be
 * distinguished from other failures, so a request without an answer is sent once more. A GET may be repeated (RFC 9110,
 * 9.2.2). The second request uses a separate connection, because other kept ones may be closed too.
 */
async function ask(url: URL, options: Omit<Ask, 'use'>): Promise<Response> {
  if (options.provesEnd === true) return await askOnce(url, { ...options, use: 'proven' });
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

/** @throws TransferFailure `truncated` if the connection ended before the answer */
async function askOnce(url: URL, options: Ask): Promise<Response> {
  const { dispatcher, proxy, provesEnd } = options.connections.route(url, options);
  try {
    const question = {
      ...aheadOf(options),
      ...targetOf(url, proxy),
      method: 'GET',
      headers: { ...options.headers, ...authorization(options.credentials, proxy), ...hostFor(url, proxy) },
    } as const;
    const answer = await exchange(dispatcher, question, options.stop);
    const response = { ...answer, url, provesEnd };
    if (proxy === undefined || answer.status !== 407) return response;
    response.body.discard();
    throw refusal(answer.status, proxy);
  } catch (error) {
    const failure = failureOf(error, url);
    const isOfProxy = proxy !== undefined && beforeAnswer.has(failure.kind);
    throw isOfProxy ? proxyFailure(error, proxy) : failure;
  }
}

/** The part of a request that is for {@link Lanes}. */
function aheadOf({ ahead }: RequestOptions): Pick<AheadOptions, 'ahead' | 'blocking'> {
  // Otherwise undici sends no other request before the answer has begun.
  return ahead === undefined ? {} : { ahead, blocking: false };
}

/** Failures while connecting to the server or the proxy. */
const beforeAnswer: ReadonlySet<FailureKind> = new Set(['dns', 'connect', 'tls']);

/** A proxy is asked for the whole URL (RFC 9112, 3.2.2). */
function targetOf(url: URL, proxy: URL | undefined): { readonly origin: string; readonly path: string } {
  const path = `${url.pathname}${url.search}`;
  return proxy === undefined ? { origin: url.origin, path } : { origin: proxy.origin, path: `${url.origin}${path}` };
}

/**
 * A proxy ignores Host beside a whole URL (RFC 9112, 3.2.2), but it is sent. Over TLS, undici would expect it as the
 * name in the proxy's certificate.
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
