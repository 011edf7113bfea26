import { basename, join } from 'node:path';

import { systemReason } from '@sb/core';
import type { DownloadRequest, Outcome } from '@sb/fetcher';
import { ensureFolder, filesClause, type Folder, isFilesError } from '@sb/files';

import { runBatch } from '../download/batch.js';
import { failuresOf, statusOf } from '../download/ending.js';
import type { Plan } from '../download/plan.js';
import type { Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import type { Display } from '../ui/events.js';
import { checkDatabases, type DatabaseAnswer, noProblems } from './database-check.js';
import { databaseHint } from './database-hint.js';
import { DatabaseLock } from './database-lock.js';
import { EarlyCheck } from './early-check.js';
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
  // It starts while the rest is prepared.
  session.fetcher.prepare(plan.requests.flatMap(({ sources }) => sources.map(urlOf)));
  const areThere = makeFolder(folder, plan);
  const display = session.display('kept');
  try {
    const question = choice.kind === 'files' || choice.force || !areThere ? undefined : pacmanOptions;
    const all = { heading: 'Synchronizing package databases...', plan, question };
    const { outcomes: first, answer: known } = await downloadLocked(session, all, display);
    const check = async (outcomes: readonly Outcome[]): Promise<DatabaseAnswer> =>
      choice.kind === 'files' ? noProblems : await answerAbout(outcomes, pacmanOptions, session.signal);
    let [outcomes, answer] = [first, known ?? (await check(first))];
    const stale = isRefused(answer) ? await unusable(first, check) : [];
    if (stale.length > 0) {
      // An unusable database stays unusable if it is up to date.
      const part = { heading: 'Downloading unusable databases again...', plan: askedForAgain(plan, stale) };
      const { outcomes: again } = await downloadLocked(session, part, display);
      outcomes = first.map((outcome) => again.find(({ to }) => to === outcome.to) ?? outcome);
      answer = await check(outcomes);
    }
    const failed = failuresOf(outcomes).length;
    if (failed > 0) showFailure(display, failed, outcomes.length);
    showProblems(display, answer);
    return failed > 0 ? statusOf(outcomes) : answer.problems.length === 0 ? exitStatus.done : exitStatus.download;
  } finally {
    display.end();
  }
}

function urlOf(source: DownloadRequest['sources'][number]): string | URL {
  return typeof source === 'string' || source instanceof URL ? source : source.url;
}

interface Part {
  readonly heading: string;
  readonly plan: Plan;
  /** Options with which pacman is asked meanwhile about the databases as they are. Default: it is not asked */
  readonly question?: readonly string[] | undefined;
}

/** What was downloaded, and what pacman says about it if that is known. */
interface Downloaded {
  readonly outcomes: readonly Outcome[];
  readonly answer: DatabaseAnswer | undefined;
}

async function downloadLocked(
  { places, fetcher, isForPeople, signal }: Session,
  { heading, plan, question }: Part,
  display: Display,
): Promise<Downloaded> {
  const lock = DatabaseLock.take(places.database);
  try {
    display.show({ event: 'heading', text: heading });
    const paths = plan.requests.map(({ to }) => to);
    await using early = question && new EarlyCheck({ options: question, paths, signal });
    const outcomes = await runBatch(plan, { fetcher, display, isForPeople, signal });
    return { outcomes, answer: await early?.answer(outcomes) };
  } finally {
    lock[Symbol.dispose]();
  }
}

function showFailure(display: Display, failed: number, all: number): void {
  const text = `failed to synchronize all databases (${failed} of ${all} could not be refreshed)`;
  const hint = 'The others are up to date. Run the command again for those that failed.';
  display.show({ event: 'error', text, ...(failed === all ? {} : { hint }) });
}

/** The hint belongs to the whole, so it follows the last problem. */
function showProblems(display: Display, { problems, hint }: DatabaseAnswer): void {
  for (const [index, text] of problems.entries()) {
    const isLast = index === problems.length - 1;
    display.show({ event: 'error', text, ...(isLast && hint !== undefined ? { hint } : {}) });
  }
}

/** What pacman says about the current databases. */
async function answerAbout(
  outcomes: readonly Outcome[],
  pacmanOptions: readonly string[],
  signal: AbortSignal,
): Promise<DatabaseAnswer> {
  const there = outcomes.filter(({ status }) => status !== 'failed').map(({ to }) => basename(to, '.db'));
  return there.length === 0 ? noProblems : await checkDatabases(pacmanOptions, there, signal);
}

/** Whether pacman refuses a database. A pacman that failed refuses none: nothing is downloaded again because of it. */
function isRefused({ problems, hasFailed }: DatabaseAnswer): boolean {
  return problems.length > 0 && !hasFailed;
}

/** Databases that were up to date, and that pacman still cannot use. */
async function unusable(
  outcomes: readonly Outcome[],
  check: (outcomes: readonly Outcome[]) => Promise<DatabaseAnswer>,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'unchanged' && isRefused(await check([outcome]))) paths.push(outcome.to);
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

/** @returns whether all databases are there: only then pacman can be asked about them */
function makeFolder(folder: string, { requests }: Plan): boolean {
  try {
    using opened = ensureFolder(folder);
    return requests.length > 0 && requests.every(({ to }) => isIn(opened, basename(to)));
  } catch (error) {
    if (isFilesError(error)) throw new FetchError('file', filesClause(error), error.hint);
    throw new FetchError('file', `cannot create ${folder}: ${systemReason(error)}`, databaseHint(error));
  }
}

/** What is in the way is reported when the file is to be written. */
function isIn(folder: Folder, name: string): boolean {
  try {
    return folder.lookUp(name)?.isFile() === true;
  } catch {
    return false;
  }
}
