import { FetcherError, type FetcherErrorCode } from './errors.js';
import { completed, failed, type Job, unchanged } from './job.js';
import type { Account, SourceFailure } from './ledger.js';
import type { Outcome } from './options.js';
import { sourceHost } from './source-host.js';
import type { WorkerEnd } from './worker-process.js';

/**
 * Draws the conclusion for one file, once the worker is gone and nobody else can write to it.
 *
 * @param end - how the worker ended
 * @returns the outcome; undefined if another worker has to go on with it
 */
export async function verdict(job: Job, account: Account, end: WorkerEnd): Promise<Outcome | undefined> {
  const first = job.spent;
  for (const failure of account.failures) {
    const source = first + failure.source;
    job.failures.push(job.local.failure(source) ?? told(failure, hostOf(job, source)));
  }
  if (end.lie !== undefined) return failed(job, new FetcherError('worker-lied', `the worker was ended: ${end.lie}`));
  if (account.lastModified !== undefined) job.lastModified = account.lastModified;
  const last = job.failures.at(-1);
  if (account.state === 'failed' && last !== undefined) return failed(job, last);
  job.spent = first + account.source;
  // Died in the middle: what came is confirmed like any other beginning.
  job.resume = {
    ...job.part.confirmation,
    lastModified: job.lastModified,
    etag: account.hasStarted ? account.etag : null,
  };
  if (account.state === 'done') return await check(job, account);
  const source = job.request.sources[job.spent];
  return account.state === 'unchanged' && source !== undefined ? unchanged(job, source) : undefined;
}

/** The worker says that the file is whole: its length and its sum have to say so too. */
async function check(job: Job, { size, isMixed }: Account): Promise<Outcome | undefined> {
  const { request, part, spent } = job;
  const source = request.sources[spent];
  if (source === undefined || part.size !== size) {
    const what = `the worker says ${size} bytes, and ${part.path} holds ${part.size}`;
    return failed(job, new FetcherError('worker-lied', what, { path: part.path }));
  }
  const isRight = request.sha256 === undefined || (await part.sha256()) === request.sha256;
  if (isRight) return completed(job, source);
  const host = sourceHost(source);
  const error = new FetcherError('checksum', `${host} has another file: its SHA-256 is not the one asked for`, {
    host,
  });
  job.failures.push(error);
  // What another one began may be what is wrong: then this source is asked for all of it.
  if (!job.hasBeginning && !isMixed) job.spent = spent + 1;
  // Nothing of it is worth going on with.
  part.truncate();
  job.lastModified = null;
  job.resume = null;
  return job.spent === request.sources.length ? failed(job, error) : undefined;
}

function hostOf({ request }: Job, source: number): string | undefined {
  const url = request.sources[source];
  return url === undefined ? undefined : sourceHost(url);
}

function told({ kind, status, message }: SourceFailure, host: string | undefined): FetcherError {
  const isFull = kind === 'file' && /\((?:ENOSPC|EDQUOT)\)/.test(message);
  const code: FetcherErrorCode = isFull ? 'disk-full' : kind;
  return new FetcherError(code, message, { host, status: status ?? undefined });
}
