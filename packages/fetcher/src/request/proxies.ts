import { FetcherError } from '../errors/fetcher-error.js';
import type { ProxyOptions } from './options.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { patternsOf } from '../http/no-proxy.js';
import { portOf } from '../values/port.js';
import { noProxies, parseProxy, proxiesOf, proxyFor, type ProxyRules } from '../http/proxies.js';

/** Returns the proxies of the options of a fetcher. Those of the environment are checked when they are needed. */
export function proxyRules(options: ProxyOptions | 'environment' | false): ProxyRules {
  if (options === false) return noProxies;
  if (options === 'environment') return proxiesOf(process.env);
  const { http = null, https = null, except = [] } = options;
  const own = (proxy: string | URL | null): string | null => (proxy === null ? null : String(proxy));
  return { http: own(http), https: own(https), except: except.flatMap(patternsOf) };
}

/**
 * Returns why a proxy cannot be used.
 *
 * @param text - its name; it is not shown, because it may contain a password
 * @returns undefined if it can be used
 */
export function proxyProblem(text: string): string | undefined {
  try {
    parseProxy(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof TransferFailure)) throw error;
    return error.message;
  }
}

/** What a worker must know about proxies. */
export interface WorkerProxies {
  readonly rules: ProxyRules;
  /** TCP ports of the proxies. */
  readonly ports: readonly number[];
}

/**
 * Returns the part of the rules that some URLs and their redirects need. A redirect never leads from https to http.
 *
 * @throws FetcherError `invalid-request` if a proxy is needed for one of the URLs and cannot be used
 */
export function proxiesNeeded(rules: ProxyRules, urls: readonly URL[]): WorkerProxies {
  for (const url of urls) checked(() => proxyFor(url, rules));
  const hasHttp = urls.some(({ protocol }) => protocol === 'http:');
  const needed = { ...rules, http: hasHttp ? rules.http : null };
  const ports = [needed.http, needed.https].flatMap((text) => (text === null ? [] : portsOf(text)));
  return { rules: needed, ports: [...new Set(ports)] };
}

/** None for a proxy that cannot be used: the worker refuses the redirect that would need it. */
function portsOf(text: string): readonly number[] {
  try {
    return [portOf(parseProxy(text))];
  } catch {
    return [];
  }
}

function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TransferFailure)) throw error;
    const hint = 'Name an http, https, socks5h or socks4a proxy, or none.';
    throw new FetcherError('invalid-request', error.message, { hint });
  }
}
