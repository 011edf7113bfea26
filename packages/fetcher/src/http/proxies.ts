import { TransferFailure } from '../errors/transfer-failure.js';
import { isExcepted, patternsOf } from './no-proxy.js';

/** The proxies of requests. */
export interface ProxyRules {
  /** URL of the proxy for http, credentials included; null: none. */
  readonly http: string | null;
  /** The same for https. */
  readonly https: string | null;
  /** Hosts that are asked directly, as in `no_proxy`. */
  readonly except: readonly string[];
}

/** Every host is asked directly. */
export const noProxies: ProxyRules = { http: null, https: null, except: [] };

/**
 * Returns the proxies of an environment, by curl's rules (curl(1), "ENVIRONMENT"): `http_proxy`, `https_proxy`,
 * `all_proxy` and `no_proxy`. An empty variable is ignored. All but the first are also read in upper case, if the
 * lower-case variable is missing or empty. `HTTP_PROXY` is not read: a web server gives that name to a header field of
 * its client.
 *
 * @param environment - of a process
 */
export function proxiesOf(environment: Readonly<Record<string, string | undefined>>): ProxyRules {
  const read = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()] || undefined;
  const all = read('all_proxy') ?? null;
  return {
    http: environment['http_proxy'] || all,
    https: read('https_proxy') ?? all,
    except: patternsOf(read('no_proxy') ?? ''),
  };
}

/**
 * Returns the proxy of a URL.
 *
 * @returns its URL, credentials included; undefined if the host is asked directly
 * @throws TransferFailure `proxy` for a proxy that cannot be used
 */
export function proxyFor({ protocol, hostname }: URL, rules: ProxyRules): URL | undefined {
  const text = protocol === 'https:' ? rules.https : rules.http;
  return text === null || isExcepted(hostname, rules.except) ? undefined : parseProxy(text);
}

/** `socks` is version 4, as for curl. */
const schemes = /^(?:https?|socks(?:4a?|5h?)?):$/;

/**
 * Parses the name of a proxy: a URL, or a host with or without a port. As for curl, the default scheme is http, and the
 * default port of an http or SOCKS proxy is 1080.
 *
 * @throws TransferFailure `proxy`; the text is not shown, because it may contain a password
 */
export function parseProxy(text: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full)) throw new TransferFailure('proxy', 'The proxy is not a valid URL');
  const url = new URL(full);
  if (!schemes.test(url.protocol)) {
    const scheme = url.protocol.slice(0, -1);
    throw new TransferFailure('proxy', `Only http, https and SOCKS proxies are supported, not ${scheme}`);
  }
  if (url.hostname === '') throw new TransferFailure('proxy', 'The proxy is not a valid URL');
  const [, authority = ''] = /^[^:]*:\/\/([^/?#]*)/.exec(full) ?? [];
  if (url.protocol !== 'https:' && !/:\d+$/.test(authority)) url.port = '1080';
  return url;
}
