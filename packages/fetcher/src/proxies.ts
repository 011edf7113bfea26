/** Through which proxies requests go, for programs that say it before there are any. */
import { documentPlace } from './values/readers.js';
import { proxyRulesReader } from './http/proxy-rules-reader.js';
import { proxyFor as decide, type ProxyRules } from './http/proxies.js';

export { parseProxy, proxiesOf, type ProxyRules } from './http/proxies.js';

/**
 * The proxy that a URL is asked through.
 *
 * @param rules - of `proxiesOf`
 * @returns its URL, credentials included; undefined if the host is asked directly
 * @throws TransferFailure `proxy` for one that can't be used; FetcherError `invalid-request` for rules that are none
 */
export function proxyFor(url: URL, rules: ProxyRules): URL | undefined {
  return decide(url, proxyRulesReader.read(rules, documentPlace('rules')));
}
