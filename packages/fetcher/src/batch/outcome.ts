import { errorCode } from '@sb/core';

import { asFileError, FetcherError } from '../errors/fetcher-error.js';
import type { Finish } from '../disk/finish.js';
import { type Job, leave } from './job.js';
import type { Outcome, SignatureOutcome } from '../request/options.js';

/** The outcome of the signature of a file, with the server's time of the signature. */
export interface SignatureEnd {
  readonly outcome: SignatureOutcome;
  readonly lastModified: number | null;
}

/**
 * Finishes a file that is complete and checked.
 *
 * The signature gets its name first, so a process that sees the file also sees its signature. Until the file gets its
 * name, an older file has a signature that does not match, which fails closed.
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
  // An existing signature belongs to an older file.
  if (!isSigned) job.signature?.part.discardWithOlder();
  leave(job, false);
  const ended = { to: request.to, failures, source: publicUrl(source), size };
  return { status: 'done', ...ended, lastModified: timeOf(lastModified), signature: signature?.outcome };
}

/**
 * Finishes a file for which no source has a newer one. There may be a newer signature.
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

/** Ends a file that no source has, or that failed otherwise. Received bytes stay. */
export function failed(job: Job, error: FetcherError): Outcome {
  const { request, failures } = job;
  try {
    leave(job, error.code === 'worker-lied');
  } catch (caught) {
    const second = asFileError(caught);
    if (!(second instanceof FetcherError)) throw second;
    // The reason why the file is missing is more useful than the reason why a part of it is left.
    failures.push(second);
  }
  const { to, optional } = request;
  const isAbsent = optional && failures.includes(error) && failures.every(isMissing);
  return isAbsent ? { status: 'absent', to, failures } : { status: 'failed', to, failures, error };
}

/** Whether a source does not have the file. */
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

/** Returns a URL that may be shown: without user and password. */
function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
