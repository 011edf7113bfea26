import { parseProxy, proxyFor, type ProxyRules } from '@sb/fetcher/proxies';

/** Ports of URLs that name none. */
const schemePorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * The TCP ports that our own worker connects to for all servers together: theirs, 443 where one has 80, since a mirror
 * may redirect there, and those of the proxies.
 *
 * @param urls - of the servers; what a worker can't be asked for has no port
 * @param proxies - of the environment
 * @returns the ports; or, where the proxy of a server can't be used, why no worker would be started
 */
export function workerPorts(urls: readonly string[], proxies: ProxyRules): readonly number[] | string {
  const servers = urls.map((text) => new URL(text)).filter(({ protocol }) => protocol in schemePorts);
  const problem = servers.map((url) => tried(() => proxyFor(url, proxies))).find((one) => typeof one === 'string');
  if (problem !== undefined) return problem;
  const own = servers.flatMap(portOf);
  const redirects = own.includes(80) ? [443] : [];
  const hasHttp = servers.some(({ protocol }) => protocol === 'http:');
  const between = [hasHttp ? proxies.http : null, proxies.https].flatMap((text) => {
    const proxy = text === null ? undefined : tried(() => parseProxy(text));
    return proxy instanceof URL ? portOf(proxy) : [];
  });
  return [...new Set([...own, ...redirects, ...between])];
}

function portOf({ port, protocol }: URL): readonly number[] {
  const usual = schemePorts[protocol];
  if (usual === undefined) return [];
  return [port === '' ? usual : Number(port)];
}

/** @returns what was asked for, or why there is none */
function tried(ask: () => URL | undefined): URL | string | undefined {
  try {
    return ask();
  } catch (error) {
    // TransferFailure, whose class is another one in each bundle.
    if (error instanceof Error && error.name === 'TransferFailure') return error.message;
    throw error;
  }
}
