import type { Configuration } from '../config/configuration.js';
import { eachOnce, packageServers, type Servers, serversOf } from './servers.js';

/** A problem with servers, and what to do about it, as a sentence. */
export interface ServerProblem {
  readonly text: string;
  readonly hint: string;
  /** Whether nothing can be downloaded from any repository. Default: false. */
  readonly prevents?: boolean;
}

/**
 * Finds problems with the servers of all repositories: servers that are left out, each once, and repositories without a
 * usable server.
 *
 * @param configuration - from `loadConfiguration`
 */
export function serverProblems(configuration: Configuration): readonly ServerProblem[] {
  const all = configuration.pacman.repositories.map((repository) => ({
    name: repository.name,
    packages: serversOf(configuration, repository, packageServers),
    databases: serversOf(configuration, repository, ['Server']),
  }));
  const leftOut = eachOnce(all.flatMap(({ packages }) => packages.leftOut));
  const without = all.filter(({ databases }) => databases.usable.length === 0);
  const prevents = without.length === all.length;
  return [
    ...leftOut.map(({ text }) => ({ text, hint: 'Correct the line, or remove it.' })),
    ...without.map(({ name, databases }) => withoutServer(name, databases, prevents)),
  ];
}

/**
 * Describes a repository without a usable server.
 *
 * @param prevents - whether no other repository has one
 */
export function withoutServer(repository: string, { leftOut }: Servers, prevents = false): ServerProblem {
  const hasSome = leftOut.length > 0;
  return {
    text: `no ${hasSome ? 'usable servers' : 'servers'} configured for repository: ${repository}`,
    hint: `Add "Server = URL"${hasSome ? ' with an http, https or file URL' : ''} to its section.`,
    prevents,
  };
}
