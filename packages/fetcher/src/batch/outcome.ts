import { errorCode } from '@sb/core';

import { asFileError, FetcherError } from '../errors/fetcher-error.js';
import type { Finish } from '../disk/finish.js';
import { type Job, leave } from './job.js';
import type { Outcome, SignatureOutcome } from '../request/options.js';

/** What became of the signature of a file, with the server's time of it. */
export interface SignatureEnd {
  readonly outcome: SignatureOutcome;
  readonly lastModified: number | null;
}

/**
 * The file is whole and checked.
 *
 * The signature gets its name first: whoever sees the file sees its signature. Until the other name follows, an older
 * file has a signature that doesn't fit, which fails in the right direction.
 *
 * @throws FetcherError `file`
 */
export function done(job: Job, source: URL, signature: SignatureEnd | undefined): Outcome {
  const { part, request, failures, lastModified } = job;
  const { size } = part;
  const isSigned = signature?.outcome.status === 'done';
  if (isSigned) job.signature?.part.prepare(finishOf(job, signature.lastModified));
  part.prepare(finishOf(job, lastModified));
  if (isSigned) job.signature?.part.publish();
  part.publish();
  // One that is there is of an older file.
  if (!isSigned) job.signature?.part.discardWithOlder();
  leave(job, false);
  const ended = { to: request.to, failures, source: publicUrl(source), size };
  return { status: 'done', ...ended, lastModified: timeOf(lastModified), signature: signature?.outcome };
}

/**
 * There is nothing newer than what has the name already; there may be a newer signature.
 *
 * @throws FetcherError `file`
 */
export function unchanged(job: Job, source: URL, signature: SignatureEnd | undefined): Outcome {
  if (signature?.outcome.status === 'done') {
    job.signature?.part.prepare(finishOf(job, signature.lastModified));
    job.signature?.part.publish();
  }
  leave(job, true);
  const { request, failures } = job;
  const ended = { to: request.to, failures, source: publicUrl(source) };
  return { status: 'unchanged', ...ended, signature: signature?.outcome };
}

/** No source has the file, or something else is in the way; what came stays. */
export function failed(job: Job, error: FetcherError): Outcome {
  const { request, failures } = job;
  try {
    leave(job, error.code === 'worker-lied');
  } catch (caught) {
    const second = asFileError(caught);
    if (!(second instanceof FetcherError)) throw second;
    // Why there is no file says more than why something is left of it.
    failures.push(second);
  }
  const { to, optional } = request;
  const isAbsent = optional && failures.includes(error) && failures.every(isMissing);
  return isAbsent ? { status: 'absent', to, failures } : { status: 'failed', to, failures, error };
}

/** Whether a source simply hasn't got the file. */
export function isMissing({ code, status, cause }: FetcherError): boolean {
  if (code === 'source') return typeof cause === 'object' && cause !== null && errorCode(cause) === 'ENOENT';
  return status === 404 || status === 410;
}

function finishOf({ request }: Job, lastModified: number | null): Finish {
  return { mode: request.mode, modified: request.mtime === 'last-modified' ? timeOf(lastModified) : undefined };
}

function timeOf(lastModified: number | null): Date | undefined {
  return lastModified === null ? undefined : new Date(lastModified);
}

/** A URL as it may be shown: without user and password. */
function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
