import type { Denial } from '../denials/denial.js';
import type { Bounds } from './learnable.js';
import { hasLink, lessonOf, mayGrantWhole, whyNotNow } from './learnable.js';
import { isBeneath, type Learned, merged } from './learned.js';

/** How one run ended, and what it was denied. */
export interface Attempt {
  readonly passed: boolean;
  readonly denials: readonly Denial[];
  /** Whether it was not executed, and no denial says why: the kernel opens the loader itself. */
  readonly lacksLoader: boolean;
}

/** What a run is tried with. */
export type Try = (learned: readonly Learned[]) => Promise<Attempt>;

/** The result of learning. */
export interface Lessons {
  readonly learned: readonly Learned[];
  /** Whether the program passed with these rules. */
  readonly passed: boolean;
  /** Whether it failed without any one of them: undefined if there were too many to try, or if it has not passed. */
  readonly isMinimal: boolean | undefined;
  /** Paths of rules that were learned and taken back, and why. The program has not passed then. */
  readonly dropped: readonly (readonly [path: string, why: string])[];
  /** Denials that nothing was learned from, and why. */
  readonly refused: readonly (readonly [denial: Denial, why: string])[];
  readonly runs: number;
}

/** Runs that may add rules; a program that needs more probably names new files in each. */
const mostRounds = 20;

/** Runs that may remove rules. */
const mostRemovals = 64;

/**
 * Runs a program again and again. First each run adds what the one before was denied, until nothing is added. Then each
 * rule is left out once, and stays out if the program passes without it. The program never has more than these rules. If one
 * of them leads elsewhere than when it was learned, it is taken back before the next run, and nothing has been learned.
 *
 * @param attempt - runs it once, and leaves no process of it behind
 * @param bounds - within which rules may be
 */
export async function learn(attempt: Try, bounds: Bounds): Promise<Lessons> {
  const dropped = new Map<string, string>();
  const careful: Try = async (learned) => await attempt(stillGranted(learned, bounds, dropped));
  const { learned, last, runs } = await grow(careful, bounds);
  const inTheEnd = withTmpOf(learned, bounds);
  const refused = last.denials.flatMap((denial) => {
    const lesson = lessonOf(denial, inTheEnd);
    return 'refused' in lesson ? [[denial, lesson.refused] as const] : [];
  });
  const failed = { learned, passed: false, isMinimal: undefined };
  const rest = last.passed ? await shrink(careful, learned) : { ...failed, runs: 0 };
  // Also what the last run may have changed.
  stillGranted(rest.learned, bounds, dropped);
  const end = last.passed && dropped.size === 0 ? { ...rest, passed: true } : failed;
  return { ...end, dropped: [...dropped], refused, runs: runs + rest.runs };
}

/** Leaves out what must not be granted any more, and notes why. */
function stillGranted(learned: readonly Learned[], bounds: Bounds, dropped: Map<string, string>): readonly Learned[] {
  return learned.filter((rule) => {
    if (!('path' in rule)) return true;
    const why = whyNotNow(rule.path, bounds);
    if (why !== undefined) dropped.set(rule.path, why);
    return !dropped.has(rule.path);
  });
}

async function grow(attempt: Try, bounds: Bounds) {
  let learned: readonly Learned[] = [];
  for (let runs = 1; ; runs++) {
    const last = await attempt(learned);
    const now = withTmpOf(learned, bounds);
    const rules = last.denials.flatMap((denial) => {
      const lesson = lessonOf(denial, now);
      return 'rules' in lesson ? lesson.rules : [];
    });
    const loaders = last.lacksLoader ? ofLoaders(bounds) : [];
    // What is still denied with its rule cannot be learned.
    const next = merged(learned, [...rules, ...loaders], (folder) => mayGrantWhole(folder, bounds));
    if (isSame(learned, next) || runs === mostRounds) return { learned, last, runs };
    learned = next;
  }
}

/** A program that has a private temporary directory and does not use it is denied as before. Then that teaches nothing. */
function withTmpOf(learned: readonly Learned[], bounds: Bounds): Bounds {
  return { ...bounds, hasTmp: bounds.hasTmp || learned.some((one) => 'tmp' in one) };
}

/** Where the loaders of programs are (ld.so(8)), which open no file themselves until they run. */
function ofLoaders(bounds: Bounds): readonly Learned[] {
  const folders = ['/lib', '/lib64', '/usr/lib', '/usr/lib64'];
  return folders
    .filter((path) => !hasLink(path) && bounds.within.some((one) => isBeneath(path, one)))
    .map((path): Learned => ({ access: 'rx', path, count: 1 }));
}

/** By what they grant: the counts grow with each run. */
function isSame(one: readonly Learned[], other: readonly Learned[]): boolean {
  const text = (all: readonly Learned[]) => JSON.stringify(all.map((rule) => ({ ...rule, count: 0 })));
  return text(one) === text(other);
}

/**
 * Leaves each rule out once. A rule without which the program failed is needed by fewer rules as well, since each only
 * grants: one turn is enough.
 */
async function shrink(attempt: Try, all: readonly Learned[]) {
  let learned = all;
  let runs = 0;
  for (const rule of all) {
    if (runs === mostRemovals) return { learned, runs, isMinimal: undefined };
    const without = learned.filter((one) => one !== rule);
    runs++;
    if ((await attempt(without)).passed) learned = without;
  }
  return { learned, runs, isMinimal: true };
}
