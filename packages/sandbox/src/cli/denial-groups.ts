import { dirname } from 'node:path';

import { lateOs } from '@sb/core';

import type { Denial } from '../denials/denial.js';
import { neverWhole } from '../denials/whole-directories.js';

/** One denial, or several of names in one directory that one option allows. */
export interface DenialGroup {
  readonly first: Denial;
  /** How often all of them happened. */
  readonly count: number;
  /** How many different names they have. */
  readonly names: number;
  /** The directory of several; absent for one. */
  readonly folder?: string;
  /** What allows all of them. */
  readonly options?: readonly string[];
}

/** So many names in a directory are one line. */
const leastNames = 4;

/**
 * Combines denials of names in one directory that need the same access, in the order in which they came first. Few
 * names stay apart, and so do names in a directory that should not be granted as a whole.
 *
 * @param all - the denials
 * @param verbOf - what the program attempted, in a word
 */
export function grouped(all: readonly Denial[], verbOf: (denial: Denial) => string): readonly DenialGroup[] {
  const byKey = new Map<string, Denial[]>();
  for (const [index, denial] of all.entries()) {
    const key = keyOf(denial, verbOf(denial)) ?? String(index);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [denial]);
    else same.push(denial);
  }
  return [...byKey.values()].flatMap((same) => (namesOf(same) < leastNames ? same.map(alone) : [together(same)]));
}

/** Equal for what may be one line; undefined for what stays alone. */
function keyOf({ path, to, add }: Denial, verb: string): string | undefined {
  const [option, of] = add?.options ?? [];
  if (path === undefined || to !== undefined || option === undefined || of === undefined) return undefined;
  const folder = dirname(path);
  // A rule for the directory itself is wanted by each of them alone.
  const isWidened = of !== folder;
  if (isWidened && (neverWhole.has(folder) || folder === lateOs().homedir() || of !== path)) return undefined;
  return JSON.stringify([verb, option, folder]);
}

function namesOf(same: readonly Denial[]): number {
  return new Set(same.map(({ path }) => path)).size;
}

function alone(denial: Denial): DenialGroup {
  const options = denial.add?.options;
  return { first: denial, count: denial.count, names: 1, ...(options === undefined ? {} : { options }) };
}

function together(same: readonly Denial[]): DenialGroup {
  const [first] = same;
  if (first === undefined) throw new Error('a group has a denial');
  const folder = dirname(first.path ?? '');
  const [option = ''] = first.add?.options ?? [];
  const count = same.reduce((sum, one) => sum + one.count, 0);
  return { first, count, names: namesOf(same), folder, options: [option, folder] };
}
