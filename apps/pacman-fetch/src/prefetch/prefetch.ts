import { basename, dirname } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import { packageHosts } from '../download/downloader.js';
import type { Plan } from '../download/plan.js';
import { runBatch } from '../download/batch.js';
import { failuresOf, statusOf } from '../download/ending.js';
import type { Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import { portionsOf } from '../pacman/portions.js';
import { type PacmanResult, runPacman } from '../pacman/run-pacman.js';
import { confirm } from '../ui/ask.js';
import { charsetOf } from '../ui/environment.js';
import type { DisplayEvent } from '../ui/events.js';
import { isOn } from '../config/values.js';
import { DatabaseLock } from '../refresh/database-lock.js';
import { withBounds } from './bounds.js';
import { type PackageRow, packageRows } from './package-table.js';
import { proposalOf } from './proposal.js';
import { requireSpace } from './space.js';
import { prefetchPlan } from './plan.js';
import { type Ask, withSums } from './sums.js';
import { parseWanted, printFormat, printFormatWithoutSum, type Wanted } from './wanted.js';

/** The result of the query: what is needed, or pacman's message why that is unknown. */
export type Answer = Needed | { readonly refusal: string };

/** The needs of a transaction. */
export interface Needed {
  readonly wanted: readonly Wanted[];
  /** Options of pacman that set directories, for another query. */
  readonly options: readonly string[];
  /** Whether to ask the user before the download. Default: false. */
  readonly isAsked?: boolean;
}

/**
 * Asks pacman what a transaction needs. Nothing is changed, and no lock is taken.
 *
 * @param args - the arguments of pacman, as for the transaction itself, without `-y`
 * @param options - those of them that set directories
 * @throws FetchError `usage` if pacman is not installed; `download` for a hostile database
 */
export async function askPacman(
  { places, signal, fetcher, configuration }: Session,
  args: readonly string[],
  options: readonly string[],
): Promise<Answer> {
  const ask = async (format: string): Promise<PacmanResult> => {
    const result = await runPacman(['--print', '--print-format', format, '--noconfirm', ...args], signal);
    if (result === undefined)
      throw new FetchError('usage', 'pacman is not installed', 'Install it, or add its directory to PATH.');
    return result;
  };
  const asked = ask(printFormat);
  // It starts while pacman answers.
  fetcher.prepare(packageHosts(configuration));
  const first = await asked;
  const isUnsummed = hasCrashed(first);
  const { status, stdout, stderr } = isUnsummed ? await ask(printFormatWithoutSum) : first;
  if (status === 0) {
    const wanted = parseWanted(stdout, places.caches);
    return { wanted: isUnsummed ? await withSums(wanted, asking(options, signal)) : wanted, options };
  }
  // With --print pacman warns only about its configuration, which pacman-fetch has done already.
  return { refusal: stderr.replaceAll(/^warning: config file .*\n/gm, '') };
}

/** Whether all that pacman says is that packages do not exist: the transaction says the same, and downloads nothing. */
export function isTypo(refusal: string): boolean {
  const lines = refusal.split('\n').filter((line) => line !== '');
  return lines.length > 0 && lines.every((line) => line.startsWith('error: target not found: '));
}

/** Returns a function that runs `pacman -Si`; its result is undefined if pacman refuses or crashes. */
function asking(options: readonly string[], signal: AbortSignal): Ask {
  return async (question, packages) => {
    let output = '';
    for (const portion of portionsOf(packages)) {
      const result = await runPacman([...question, ...options, '--', ...portion], signal);
      if (result?.status !== 0) return undefined;
      output += result.stdout;
    }
    return output;
  };
}

/** A signal has ended it, and this program sent none. */
const hasCrashed = ({ status }: PacmanResult): boolean => status === null;

/**
 * Downloads what is not in a cache directory yet, in parallel and by the confined worker.
 *
 * @param needed - from pacman
 * @returns exit status
 * @throws FetchError whose kind is the exit status
 */
export async function prefetch(session: Session, { wanted, options, isAsked = false }: Needed): Promise<number> {
  const { configuration, places, signal } = session;
  const planned = await prefetchPlan(configuration, wanted, { caches: places.caches, signal });
  if (planned.requests.length + planned.refused.length === 0) return exitStatus.done;
  const ask = asking(options, signal);
  const requests = await withBounds(planned.requests, wanted, async (packages) => await ask(['-Si'], packages));
  warnOfUnsummed(requests, session);
  const plan = { ...planned, requests };
  if (isOn(configuration, 'CheckSpace')) requireSpace(requests);
  // pacman and pacman-fetch must not write to the same partial file.
  const lock = DatabaseLock.takeForTransaction(places.database);
  try {
    if (isAsked) {
      const isVerbose = isOn(configuration, 'VerbosePkgLists');
      const rows = isVerbose ? packageRows(requests, wanted, (await ask(['-Q'], [])) ?? '') : undefined;
      if (!(await agreed(requests, { rows, signal }))) return exitStatus.download;
    }
    return await retrieve(session, plan);
  } finally {
    lock?.[Symbol.dispose]();
  }
}

/** A mirror may send anything of the right size. Only pacman detects that, when it checks the signature. */
function warnOfUnsummed(requests: readonly DownloadRequest[], session: Session): void {
  const names = requests.flatMap(({ sha256, to }) => (sha256 === undefined ? basename(to) : [])).toSorted();
  if (names.length === 0) return;
  const [some, more] = [names.slice(0, mostNamed), names.length - mostNamed];
  const list = more > 0 ? `${some.join(', ')} and ${more} more` : some.join(', ');
  const display = session.display('kept');
  display.show({
    event: 'warning',
    text: `the database has no SHA-256 for these files, so only their size is checked: ${list}`,
  });
  display.end();
}

/** The most files that a warning names. */
const mostNamed = 10;

/** Whether the user at the terminal agrees. */
async function agreed(
  requests: readonly DownloadRequest[],
  { rows, signal }: { readonly rows: readonly PackageRow[] | undefined; readonly signal: AbortSignal },
): Promise<boolean> {
  const { stdout, env } = process;
  stdout.write(proposalOf(requests, { columns: stdout.columns ?? 80, charset: charsetOf(env), rows }));
  return await confirm('Proceed with download?', signal);
}

async function retrieve(session: Session, plan: Plan): Promise<number> {
  const { fetcher, isForPeople, signal } = session;
  const display = session.display('finished-first');
  try {
    display.show({ event: 'heading', text: 'Retrieving packages...' });
    display.show(totalOf(plan.requests));
    const outcomes = await runBatch(plan, { fetcher, display, isForPeople, signal });
    const failures = failuresOf(outcomes);
    const [first] = failures;
    if (first !== undefined) {
      const text = `failed to retrieve ${failures.length} of ${outcomes.length} packages`;
      const hint = `Complete files stay in ${dirname(first.to)}. Run the command again to download the others.`;
      display.show({ event: 'error', text, hint });
    }
    return statusOf(outcomes);
  } finally {
    display.end();
  }
}

function totalOf(requests: readonly DownloadRequest[]): DisplayEvent {
  const files = requests.length;
  const isKnown = requests.every(({ size }) => size !== undefined);
  return { event: 'total', files, ...(isKnown ? { size: requests.reduce((sum, { size = 0 }) => sum + size, 0) } : {}) };
}
