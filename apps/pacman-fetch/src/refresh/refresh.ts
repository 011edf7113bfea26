import { basename, join } from 'node:path';

import { errorCode, systemReason } from '@sb/core';
import type { DownloadRequest, Outcome } from '@sb/fetcher';
import { ensureFolder, filesClause, isFilesError } from '@sb/files';

import { runBatch } from '../download/batch.js';
import { failuresOf, statusOf } from '../download/ending.js';
import type { Plan } from '../download/plan.js';
import type { Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import type { Display } from '../ui/events.js';
import { databaseProblems } from './database-check.js';
import { DatabaseLock } from './database-lock.js';
import { type RefreshChoice, refreshPlan } from './plan.js';

/**
 * Refreshes databases as `pacman -Sy` does, in parallel and by the confined worker.
 *
 * @param session - the common parts
 * @param choice - which databases
 * @param pacmanOptions - options with which pacman reads the same databases
 * @returns exit status
 * @throws FetchError whose kind is the exit status
 */
export async function refresh(
  session: Session,
  choice: RefreshChoice,
  pacmanOptions: readonly string[],
): Promise<number> {
  const { configuration, places } = session;
  const folder = join(places.database, 'sync');
  const plan = refreshPlan(configuration, choice, folder);
  makeFolder(folder);
  const display = session.display('kept');
  try {
    const first = await downloadLocked(session, { heading: 'Synchronizing package databases...', plan }, display);
    const check = async (outcomes: readonly Outcome[]): Promise<readonly string[]> =>
      choice.kind === 'files' ? [] : await problemsOf(outcomes, pacmanOptions, session.signal);
    let [outcomes, problems] = [first, await check(first)];
    const stale = problems.length === 0 ? [] : await unusable(first, check);
    if (stale.length > 0) {
      // An unusable database stays unusable if it is up to date.
      const part = { heading: 'Downloading unusable databases again...', plan: askedForAgain(plan, stale) };
      const again = await downloadLocked(session, part, display);
      outcomes = first.map((outcome) => again.find(({ to }) => to === outcome.to) ?? outcome);
      problems = await check(outcomes);
    }
    const failed = failuresOf(outcomes).length;
    if (failed > 0) showFailure(display, failed, outcomes.length);
    for (const text of problems) display.show({ event: 'error', text });
    return failed > 0 ? statusOf(outcomes) : problems.length === 0 ? exitStatus.done : exitStatus.download;
  } finally {
    display.end();
  }
}

async function downloadLocked(
  { places, fetcher, isForPeople, signal }: Session,
  { heading, plan }: { readonly heading: string; readonly plan: Plan },
  display: Display,
): Promise<readonly Outcome[]> {
  const lock = DatabaseLock.take(places.database);
  try {
    display.show({ event: 'heading', text: heading });
    return await runBatch(plan, { fetcher, display, isForPeople, signal });
  } finally {
    lock[Symbol.dispose]();
  }
}

function showFailure(display: Display, failed: number, all: number): void {
  const text = `failed to synchronize all databases (${failed} of ${all} could not be refreshed)`;
  const hint = 'The others are up to date. Run the command again for those that failed.';
  display.show({ event: 'error', text, ...(failed === all ? {} : { hint }) });
}

/** Why pacman cannot use the current databases, in its words. */
async function problemsOf(
  outcomes: readonly Outcome[],
  pacmanOptions: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const there = outcomes.filter(({ status }) => status !== 'failed').map(({ to }) => basename(to, '.db'));
  return there.length === 0 ? [] : await databaseProblems(pacmanOptions, there, signal);
}

/** Databases that were up to date, and that pacman still cannot use. */
async function unusable(
  outcomes: readonly Outcome[],
  check: (outcomes: readonly Outcome[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'unchanged' && (await check([outcome])).length > 0) paths.push(outcome.to);
  }
  return paths;
}

/** The requests of some files, without conditions: what exists of them is ignored. */
function askedForAgain({ requests }: Plan, paths: readonly string[]): Plan {
  const chosen = requests.filter(({ to }) => paths.includes(to));
  return { requests: chosen.map(unconditional), refused: [], leftOut: [] };
}

function unconditional(request: DownloadRequest): DownloadRequest {
  return { ...request, ifModifiedSince: false };
}

const folderHints: Readonly<Record<string, string>> = {
  EACCES: 'Run the command as root.',
  EROFS: 'Mount the file system read-write, or set another DBPath.',
  ENOSPC: 'Make room on the disk.',
};

function makeFolder(folder: string): void {
  try {
    ensureFolder(folder).close();
  } catch (error) {
    if (isFilesError(error)) throw new FetchError('file', filesClause(error), error.hint);
    const hint = folderHints[errorCode(error) ?? ''];
    throw new FetchError('file', `cannot create ${folder}: ${systemReason(error)}`, hint);
  }
}
