import { basename, join } from 'node:path';

import { errorCode } from '@sb/core';
import type { Outcome } from '@sb/fetcher';
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
 * @param session - what is common to all parts
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
    const outcomes = await downloadLocked(session, plan, display);
    const failed = failuresOf(outcomes).length;
    if (failed > 0) showFailure(display, failed, outcomes.length);
    // Also what was there already: a bad one doesn't get better by being up to date.
    const there = outcomes.filter(({ status }) => status !== 'failed').map(({ to }) => basename(to, `.${choice.kind}`));
    const isSound = choice.kind === 'files' || (await checked(session, there, { pacmanOptions, display }));
    return failed > 0 ? statusOf(outcomes) : isSound ? exitStatus.done : exitStatus.download;
  } finally {
    display.end();
  }
}

async function downloadLocked(
  { places, fetcher, isForPeople, signal }: Session,
  plan: Plan,
  display: Display,
): Promise<readonly Outcome[]> {
  const lock = DatabaseLock.take(places.database);
  try {
    display.show({ event: 'heading', text: 'Synchronizing package databases...' });
    return await runBatch(plan, { fetcher, display, isForPeople, signal });
  } finally {
    lock[Symbol.dispose]();
  }
}

function showFailure(display: Display, failed: number, all: number): void {
  const text = `failed to synchronize all databases (${failed} of ${all} could not be refreshed)`;
  const hint = 'The others are up to date; run it again for those.';
  display.show({ event: 'error', text, ...(failed === all ? {} : { hint }) });
}

/** Whether pacman can use what came. */
async function checked(
  { signal }: Session,
  repositories: readonly string[],
  { pacmanOptions, display }: { readonly pacmanOptions: readonly string[]; readonly display: Display },
): Promise<boolean> {
  if (repositories.length === 0) return true;
  const problems = await databaseProblems(pacmanOptions, repositories, signal);
  for (const text of problems) display.show({ event: 'error', text });
  return problems.length === 0;
}

function makeFolder(folder: string): void {
  try {
    ensureFolder(folder).close();
  } catch (error) {
    if (isFilesError(error)) throw new FetchError('file', filesClause(error), error.hint);
    const hint = errorCode(error) === 'EACCES' ? 'Run it as root.' : undefined;
    throw new FetchError('file', `${folder} can't be made: ${errorCode(error)}`, hint);
  }
}
