import { proxiesOf } from '@sb/fetcher/proxies';

import type { Configuration } from '../config/configuration.js';
import type { ServerProblem } from '../download/server-problems.js';
import { packageServers, serversOf } from '../download/servers.js';
import { workerPorts } from './ports.js';

/**
 * Finds out whether the built-in worker, if it is used, would not be started because of a proxy.
 *
 * @param environment - for the proxies
 * @returns no problem, or one
 */
export function proxyProblem(
  configuration: Configuration,
  environment: Readonly<Record<string, string | undefined>>,
): readonly ServerProblem[] {
  if (configuration.sandbox.xferCommand !== undefined) return [];
  const { repositories } = configuration.pacman;
  const servers = repositories.flatMap((one) => serversOf(configuration, one, packageServers).usable);
  const ports = workerPorts(
    servers.map(({ url }) => url),
    proxiesOf(environment),
  );
  if (typeof ports !== 'string') return [];
  const hint = 'Correct http_proxy, https_proxy or all_proxy, or add the servers to no_proxy.';
  return [{ text: `the proxy of a server cannot be used: ${ports}`, hint, prevents: true }];
}
