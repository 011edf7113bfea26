import { parseProxy, proxyFor, type ProxyRules } from '@sb/fetcher/proxies';

/** Ports of URLs without a port. */
const schemePorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Returns the TCP ports to which the built-in worker connects, for all servers together: their ports and those of the
 * proxies. If a server has port 80, port 443 is added, since a mirror may redirect to it.
 *
 * @param urls - of the servers; those that a worker cannot use have no port
 * @param proxies - of the environment
 * @returns the ports; or why no worker would be started, if the proxy of a server is invalid
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

/** @returns the answer, or the reason why it fails */
function tried(ask: () => URL | undefined): URL | string | undefined {
  try {
    return ask();
  } catch (error) {
    // TransferFailure, which is a different class in each bundle.
    if (error instanceof Error && error.name === 'TransferFailure') return error.message;
    throw error;
  }
}
