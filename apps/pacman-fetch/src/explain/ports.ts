import { parseProxy, type ProxyRules } from '@sb/fetcher/proxies';

import type { PacmanConfig } from '../config/pacman-config.js';

/** Ports of URLs that name none, beside those that `URL` knows. */
const schemePorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ftp:': 21, 'rsync:': 873 };

/**
 * The TCP ports that downloads connect to: those of every server, and of the proxies.
 *
 * @param repositories - of pacman.conf
 * @param proxies - of the environment
 * @throws TransferFailure `proxy` for a proxy that can't be used
 */
export function portsOf(repositories: PacmanConfig['repositories'], { http, https }: ProxyRules): readonly number[] {
  const servers = repositories.flatMap(({ values }) => [...values.CacheServer, ...values.Server]);
  const own = servers.flatMap(({ text }) => (URL.canParse(text) ? portOf(new URL(text)) : []));
  const between = [http, https].flatMap((text) => (text === null ? [] : portOf(parseProxy(text))));
  return [...new Set([...own, ...between])];
}

function portOf({ port, protocol }: URL): readonly number[] {
  if (port !== '') return [Number(port)];
  const usual = schemePorts[protocol];
  return usual === undefined ? [] : [usual];
}
