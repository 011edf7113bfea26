import { maxSources, type Source, sourceProblem } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import { originText, type Value } from '../config/place.js';
import type { Repository } from '../config/repository.js';
import { withoutPassword } from '../url.js';

/** A server from which files can be downloaded. */
export interface UsableServer {
  /** Without the trailing slash. */
  readonly url: string;
  /** CacheServer: a missing file does not count as an error of the server (pacman.conf(5)). */
  readonly cache: boolean;
}

/** A server that is left out. */
export interface LeftOut {
  /** Its line: if it is included into several repositories, one entry is for all of them. */
  readonly place: string;
  /** Place, server and cause, as a sentence without its full stop. */
  readonly text: string;
}

/** The servers of a repository. */
export interface Servers {
  /** In the order in which they are asked: cache servers first. */
  readonly usable: readonly UsableServer[];
  readonly leftOut: readonly LeftOut[];
}

/** For databases only `Server` is asked: cache servers do not have them. */
export type ServerKinds = readonly ('CacheServer' | 'Server')[];

/** Both, as for packages. */
export const packageServers: ServerKinds = ['CacheServer', 'Server'];

/**
 * Returns the servers of a repository that the download can use: for the built-in worker those with http, https and
 * file URLs, for an XferCommand all valid URLs. Pure.
 *
 * @param configuration - for the XferCommand
 * @param kinds - which directives count
 */
export function serversOf({ sandbox }: Configuration, { name, values }: Repository, kinds: ServerKinds): Servers {
  const problemOf = sandbox.xferCommand === undefined ? sourceProblem : formProblem;
  const usable: UsableServer[] = [];
  const leftOut: LeftOut[] = [];
  for (const kind of kinds) {
    for (const value of values[kind]) {
      const url = withoutSlash(value.text);
      // A valid URL may become invalid with a name after it, and the other way round.
      const problem = problemOf(url) ?? problemOf(`${url}/${name}.db`);
      if (problem === undefined) usable.push({ url, cache: kind === 'CacheServer' });
      else leftOut.push(leftOutOf(kind, value, problem));
    }
  }
  return { usable, leftOut };
}

/**
 * Returns the sources of a file, as a fetcher expects them.
 *
 * @param usable - from {@link serversOf}
 * @param file - its name as written in a URL
 */
export function sourcesAt(usable: readonly UsableServer[], file: string): readonly Source[] {
  return usable.slice(0, maxSources).map(({ url, cache }) => ({ url: `${url}/${file}`, cache }));
}

/** Lists each line once, even if it is left out of several repositories. */
export function eachOnce(leftOut: readonly LeftOut[]): readonly LeftOut[] {
  const first = new Map<string, LeftOut>();
  for (const one of leftOut) if (!first.has(one.place)) first.set(one.place, one);
  return [...first.values()];
}

/** pacman removes one trailing slash, and only one. */
function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text;
}

function formProblem(url: string): string | undefined {
  return URL.canParse(url) ? undefined : 'it is not a URL';
}

function leftOutOf(kind: string, { text, origin }: Value, problem: string): LeftOut {
  const place = originText(origin);
  return { place, text: `${place}: ${kind} = ${withoutPassword(text)} is left out: ${problem}` };
}
