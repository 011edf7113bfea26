import { maxSources, type Source, sourceProblem } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import { originText, type Value } from '../config/place.js';
import type { Repository } from '../config/repository.js';

/** A server that a file can be asked for. */
export interface UsableServer {
  /** Without the slash at its end. */
  readonly url: string;
  /** CacheServer: what it hasn't got says nothing against it (pacman.conf(5)). */
  readonly cache: boolean;
}

/** A server that is left out. */
export interface LeftOut {
  /** Its line: one that is included into several repositories stands for all of them. */
  readonly place: string;
  /** Place, server and cause, as a sentence without its full stop. */
  readonly text: string;
}

/** The servers of a repository. */
export interface Servers {
  /** In the order in which they are asked: cache servers come first. */
  readonly usable: readonly UsableServer[];
  readonly leftOut: readonly LeftOut[];
}

/** For databases `Server` alone is asked: cache servers have none. */
export type ServerKinds = readonly ('CacheServer' | 'Server')[];

/** Both, as for packages. */
export const packageServers: ServerKinds = ['CacheServer', 'Server'];

/**
 * The servers of a repository that whoever downloads can use: our own worker by http, https and file, an XferCommand by
 * whatever has the form of a URL. Pure.
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
      // What is a URL may be none with a name behind it, and the other way round.
      const problem = problemOf(url) ?? problemOf(`${url}/${name}.db`);
      if (problem === undefined) usable.push({ url, cache: kind === 'CacheServer' });
      else leftOut.push(leftOutOf(kind, value, problem));
    }
  }
  return { usable, leftOut };
}

/**
 * Where a file is asked for, as many sources as a fetcher takes.
 *
 * @param usable - from {@link serversOf}
 * @param file - its name as it stands in a URL
 */
export function sourcesAt(usable: readonly UsableServer[], file: string): readonly Source[] {
  return usable.slice(0, maxSources).map(({ url, cache }) => ({ url: `${url}/${file}`, cache }));
}

/** Each line once, though it may be left out of several repositories. */
export function eachOnce(leftOut: readonly LeftOut[]): readonly LeftOut[] {
  const first = new Map<string, LeftOut>();
  for (const one of leftOut) if (!first.has(one.place)) first.set(one.place, one);
  return [...first.values()];
}

/** pacman takes one slash from the end, and no more. */
function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text;
}

function formProblem(url: string): string | undefined {
  return URL.canParse(url) ? undefined : 'that is not a URL';
}

function leftOutOf(kind: string, { text, origin }: Value, problem: string): LeftOut {
  const place = originText(origin);
  return { place, text: `${place}: ${kind} = ${withoutPassword(text)} is left out: a source ${problem}` };
}

/** Also of what is no URL, where nobody can say what its parts are. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z][\w+.-]*:\/+)?.*@/is, '$1');
}
