/** Path rules of Landlock as mounts: what an engine with a mount namespace can say of them. */
import type { LandlockPolicy } from '@sb/landlock';

import type { ExportSubject } from './subject.js';
import type { TopLink } from './top-links.js';

/** A path that is there, with everything beneath. */
export interface Mount {
  readonly path: string;
  readonly write: boolean;
  readonly execute: boolean;
  /** Whether it is left out where it does not exist. */
  readonly optional: boolean;
}

/** What rules come to. */
export interface Mounts {
  /** Those that hold others before these. */
  readonly mounts: readonly Mount[];
  /** Links in `/` where nothing is mounted. */
  readonly links: readonly TopLink[];
  /** Why some rules cannot be written as mounts, in words; empty if all of them can. */
  readonly lost: readonly string[];
}

type Rule = LandlockPolicy['paths'][number];

/**
 * The mounts of a sandbox; undefined if it does not restrict files. Everything that a process can read, it can read beneath a
 * mount. A rule that only lets a process list a directory is therefore not written as a mount.
 */
export function mountsOf({ layers: { landlock }, links }: ExportSubject): Mounts | undefined {
  if (landlock === undefined || landlock.handled.fs.length === 0) return undefined;
  const byPath = new Map<string, Mount>();
  const lost = new Set<string>();
  for (const rule of landlock.paths) {
    const problem = problemOf(rule);
    if (problem === undefined && typeof rule.path === 'string') add(byPath, rule.path, rule);
    else if (problem !== undefined) lost.add(problem);
  }
  const mounts = [...byPath.values()].sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
  const isShown = byPath.has('/');
  return { mounts, links: isShown ? [] : links.filter(({ path }) => !byPath.has(path)), lost: [...lost] };
}

const depth = (path: string): number => path.split('/').filter(Boolean).length;

function problemOf({ path, rights }: Rule): string | undefined {
  if (typeof path !== 'string') return 'a path that is not UTF-8 is left out';
  if (!path.startsWith('/')) return 'a relative path is left out';
  // Another user may have chosen the name. Engines end a line at some of these, and split a mount at a colon.
  if (/[\p{Cc}:]/u.test(path)) return 'a path with a control character or a colon is left out';
  if (!rights.some((right) => right !== 'read_dir' && right !== 'resolve_unix'))
    return 'directories that are listed only are left out';
  return undefined;
}

function add(byPath: Map<string, Mount>, path: string, { rights, optional }: Rule): void {
  const before = byPath.get(path);
  byPath.set(path, {
    path,
    write: rights.includes('write_file') || rights.includes('make_reg') || before?.write === true,
    execute: rights.includes('execute') || before?.execute === true,
    optional: optional && before?.optional !== false,
  });
}
