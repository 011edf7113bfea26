import type { FetcherError } from '../errors/fetcher-error.js';
import { isMissingStatus } from '../values/missing-status.js';
import { type Job, mayLack, sourcesOf } from './job.js';
import type { FileReport, SourceFailure } from '../parent/file-reports.js';
import type { Mirrors } from './mirrors.js';
import { sourceError } from '../parent/source-error.js';
import { sourceHost } from '../values/source-host.js';

/**
 * Records the sources that failed according to a worker. Hosts that are not asked any more appear only in the last
 * error. Cache servers without the file do not appear, unless no other error exists.
 *
 * @param refusal - why the file could not be written; it comes after all of them
 * @param mirrors - why hosts are not asked any more
 * @returns the last of them; the file fails with it if no other source is left
 */
export function takeFailures(
  job: Job,
  report: FileReport,
  { refusal, mirrors }: { readonly refusal: FetcherError | undefined; readonly mirrors: Mirrors },
): FetcherError | undefined {
  let last: FetcherError | undefined;
  for (const failure of report.failures) {
    // The worker only repeats what it was told.
    if (refusal !== undefined && failure.kind === 'file') continue;
    const source = job.given[failure.source];
    const url = source === undefined ? undefined : job.request.sources[source];
    if (source === undefined || url === undefined) continue;
    if (failure.kind === 'skipped') {
      last = mirrors.reason(url);
      continue;
    }
    last = job.local.failure(source) ?? sourceError(failure, sourceHost(url));
    const isSilent = isExpected(job, url, failure) && !job.request.optional;
    if (!isSilent) job.failures.push(last);
  }
  if (refusal !== undefined) job.failures.push(refusal);
  return refusal ?? last;
}

/**
 * Returns the remaining sources after a worker has ended. The one that the worker was using comes first, and slow ones
 * come last.
 *
 * @param last - the last failure of the file
 * @returns their indexes; the error of the file if no other worker is to be started
 */
export function sourcesLeft(
  job: Job,
  { state, source, failures }: FileReport,
  last: FetcherError | undefined,
): readonly number[] | FetcherError {
  if (state === 'failed' && last !== undefined) return last;
  const slow = new Set(failures.filter(({ kind }) => kind === 'slower').map((failure) => failure.source));
  const gone = new Set(failures.map((failure) => failure.source));
  const rest = [...job.given.keys()].filter((place) => place !== source && !gone.has(place));
  const places = gone.has(source) ? [...rest, ...slow] : [source, ...rest, ...slow];
  return places.flatMap((place) => job.given[place] ?? []);
}

/**
 * Records the hosts that failed according to a worker.
 *
 * @returns the last error of each host that is not asked any more from now on
 */
export function learn(job: Job, report: FileReport, mirrors: Mirrors): readonly FetcherError[] {
  return report.failures.flatMap((failure) => {
    const url = sourcesOf(job, job.given)[failure.source];
    const isOfHost = failure.kind !== 'skipped' && url !== undefined && url.protocol !== 'file:';
    if (!isOfHost || isExpected(job, url, failure)) return [];
    const error = sourceError(failure, sourceHost(url));
    return mirrors.count(url, error) ? [error] : [];
  });
}

function isExpected(job: Job, url: URL, { status }: Pick<SourceFailure, 'status'>): boolean {
  return mayLack(job, url) && isMissingStatus(status);
}
