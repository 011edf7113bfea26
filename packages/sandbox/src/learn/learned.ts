import { dirname } from 'node:path';

import type { LandlockChoice, SandboxOptions, ShortRule } from '../policy/options.js';
import { withCandidate } from '../why/candidate.js';

/** What one rule grants. */
export type LearnedAccess = 'ro' | 'rx' | 'rw' | 'rwx';

/** A rule that was learned, and how many denials it answers. */
export type Learned =
  | { readonly access: LearnedAccess; readonly path: string; readonly count: number }
  | { readonly net: 'connectTcp' | 'bindTcp'; readonly port: number; readonly count: number }
  | { readonly tmp: 'private'; readonly count: number };

/** The least access that grants both. */
function both(one: LearnedAccess, other: LearnedAccess): LearnedAccess {
  const letters = one + other;
  if (letters.includes('w')) return letters.includes('x') ? 'rwx' : 'rw';
  return letters.includes('x') ? 'rx' : 'ro';
}

/** Whether one access grants everything that another does. */
function covers(one: LearnedAccess, other: LearnedAccess): boolean {
  return both(one, other) === one;
}

/** Whether a path is another one or beneath it. */
export function isBeneath(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

/** So many names of one directory become a rule for the directory. */
const leastNames = 4;

/**
 * Adds rules to others. Equal paths get the least access that is enough for both. Four names of one directory that
 * need the same become that directory. What a wider rule grants is left out. They are sorted by path.
 *
 * @param before - what was learned so far
 * @param added - in addition
 * @param mayGrant - whether a directory may be granted as a whole
 */
export function merged(
  before: readonly Learned[],
  added: readonly Learned[],
  mayGrant: (folder: string) => boolean,
): readonly Learned[] {
  const all = [...before, ...added];
  const others = new Map<string, Exclude<Learned, PathLearned>>();
  const paths = new Map<string, PathLearned>();
  for (const one of all) {
    if ('path' in one) {
      add(paths, one);
      continue;
    }
    const key = nameOf(one);
    others.set(key, { ...one, count: one.count + (others.get(key)?.count ?? 0) });
  }
  for (const [folder, names] of foldersOf(paths.values())) {
    if (names.length < leastNames || !mayGrant(folder)) continue;
    for (const { path } of names) paths.delete(path);
    for (const name of names) add(paths, { ...name, path: folder });
  }
  return [...sorted(withoutCovered([...paths.values()]), ({ path }) => path), ...sorted([...others.values()], nameOf)];
}

/** By bytes: the order of denials differs from run to run, and the policy must not. */
function sorted<T>(all: readonly T[], textOf: (one: T) => string): readonly T[] {
  return all.toSorted((a, b) => Buffer.compare(Buffer.from(textOf(a)), Buffer.from(textOf(b))));
}

function nameOf(one: Exclude<Learned, PathLearned>): string {
  return 'net' in one ? `${one.net} ${one.port}` : 'tmp';
}

type PathLearned = Extract<Learned, { access: LearnedAccess }>;

function add(paths: Map<string, PathLearned>, one: PathLearned): void {
  const known = paths.get(one.path);
  const sum =
    known === undefined
      ? one
      : { path: one.path, access: both(known.access, one.access), count: known.count + one.count };
  paths.set(one.path, sum);
}

/** The names of each directory that need the same access. */
function foldersOf(
  paths: Iterable<PathLearned>,
): readonly (readonly [folder: string, names: readonly PathLearned[]])[] {
  const groups = new Map<string, PathLearned[]>();
  for (const one of paths) {
    if (one.path === '/') continue;
    const key = `${one.access} ${dirname(one.path)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((names) => [dirname(names[0]?.path ?? '/'), names] as const);
}

/** Counts go to the rule that stays. */
function withoutCovered(all: readonly PathLearned[]): readonly PathLearned[] {
  const covering = (one: PathLearned): PathLearned | undefined =>
    all.find(({ path, access }) => path !== one.path && isBeneath(one.path, path) && covers(access, one.access));
  return all.filter((one) => covering(one) === undefined);
}

/**
 * Adds what was learned to a policy. Its paths are optional: a file that a run has made may be missing in the next.
 *
 * @param options - where learning has begun
 * @param learned - what was learned
 */
export function withLearned(options: SandboxOptions, learned: readonly Learned[]): SandboxOptions {
  const rules = learned.flatMap((one): ShortRule[] =>
    'path' in one ? [{ [one.access]: one.path, optional: true }] : [],
  );
  const ports = (net: 'connectTcp' | 'bindTcp'): readonly number[] =>
    learned.flatMap((one) => ('net' in one && one.net === net ? [one.port] : []));
  const net: NonNullable<LandlockChoice['net']> = {
    ...(ports('connectTcp').length > 0 ? { connectTcp: ports('connectTcp') } : {}),
    ...(ports('bindTcp').length > 0 ? { bindTcp: ports('bindTcp') } : {}),
  };
  const withTmp = learned.some((one) => 'tmp' in one) ? ({ ...options, tmp: 'private' } as const) : options;
  const withFiles = rules.length > 0 ? withCandidate(withTmp, { rules }) : withTmp;
  return Object.keys(net).length > 0 ? withCandidate(withFiles, { net }) : withFiles;
}
