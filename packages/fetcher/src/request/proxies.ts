import { FetcherError } from '../errors/fetcher-error.js';
import type { ProxyOptions } from './options.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { patternsOf } from '../http/no-proxy.js';
import { portOf } from '../values/port.js';
import { noProxies, parseProxy, proxiesOf, proxyFor, type ProxyRules } from '../http/proxies.js';

/** The proxies that the options of a fetcher ask for. Those of the environment are checked when they are needed. */
export function proxyRules(options: ProxyOptions | 'environment' | false): ProxyRules {
  if (options === false) return noProxies;
  if (options === 'environment') return proxiesOf(process.env);
  const { http = null, https = null, except = [] } = options;
  const own = (proxy: string | URL | null): string | null => (proxy === null ? null : String(proxy));
  return { http: own(http), https: own(https), except: except.flatMap(patternsOf) };
}

/**
 * Why a proxy can't be used.
 *
 * @param text - what names it; it is not shown, since it may hold a password
 * @returns undefined where it can be
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

/** What a worker has to know of proxies. */
export interface WorkerProxies {
  readonly rules: ProxyRules;
  /** TCP ports of the proxies. */
  readonly ports: readonly number[];
}

/**
 * The part of the rules that some URLs need, those that they may redirect to included: never from https to http.
 *
 * @throws FetcherError `invalid-request` for a proxy that can't be used and is needed for one of the URLs
 */
export function proxiesNeeded(rules: ProxyRules, urls: readonly URL[]): WorkerProxies {
  for (const url of urls) checked(() => proxyFor(url, rules));
  const hasHttp = urls.some(({ protocol }) => protocol === 'http:');
  const needed = { ...rules, http: hasHttp ? rules.http : null };
  const ports = [needed.http, needed.https].flatMap((text) => (text === null ? [] : portsOf(text)));
  return { rules: needed, ports: [...new Set(ports)] };
}

/** None for a proxy that can't be used: the worker refuses the redirect that would need it. */
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
