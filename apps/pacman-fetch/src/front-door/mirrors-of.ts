import type { MirrorsOf } from '@sb/fetcher/in-this-process';

import type { Configuration } from '../config/configuration.js';
import { packageServers, serversOf } from '../download/servers.js';

/**
 * Finds the other servers of a package: those of the repositories that name the server of its URL, in their order.
 *
 * @param configuration - from `loadConfiguration`
 */
export function mirrorsOf(configuration: Configuration): MirrorsOf {
  const repositories = configuration.pacman.repositories.map((repository) =>
    serversOf(configuration, repository, packageServers).usable.map(({ url }) => `${url}/`),
  );
  return ({ href }) => {
    const all = repositories.flatMap((servers) => {
      const own = servers.find((server) => href.startsWith(server) && !href.slice(server.length).includes('/'));
      if (own === undefined) return [];
      return servers.filter((server) => server !== own).map((server) => `${server}${href.slice(own.length)}`);
    });
    return [...new Set(all)].filter((text) => URL.canParse(text)).map((text) => new URL(text));
  };
}
