/** The proxies of requests, for programs that decide about them before any request. */
import { documentPlace } from './values/readers.js';
import { proxyRulesReader } from './http/proxy-rules-reader.js';
import { proxyFor as decide, type ProxyRules } from './http/proxies.js';

export { parseProxy, proxiesOf, type ProxyRules } from './http/proxies.js';

/**
 * Returns the proxy of a URL.
 *
 * @param rules - of `proxiesOf`
 * @returns its URL, credentials included; undefined if the host is asked directly
 * @throws TransferFailure `proxy` for a proxy that cannot be used; FetcherError `invalid-request` for invalid rules
 */
export function proxyFor(url: URL, rules: ProxyRules): URL | undefined {
  return decide(url, proxyRulesReader.read(rules, documentPlace('rules')));
}
