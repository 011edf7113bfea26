import type { Confirmation, WorkerFile } from './channel.js';
import type { CheckedRequest } from './check.js';
import type { FetcherError } from './errors.js';
import type { Outcome } from './options.js';
import { Part } from './part.js';

/** One file on its way through one or more workers. */
export interface Job {
  readonly request: CheckedRequest;
  readonly part: Part;
  readonly failures: FetcherError[];
  /** Sources that are not tried again. */
  spent: number;
  /** The server's time of what is in the file now; null where it isn't known. */
  lastModified: number | null;
  /** How what is in the file can be confirmed; null if it counts for nothing. */
  resume: Confirmation | null;
}

/**
 * Opens the file of a request.
 *
 * @throws FetcherError `file`
 */
export async function openJob(request: CheckedRequest): Promise<Job> {
  const part = await Part.open(request.to);
  if (!request.resume || part.size > request.maxBytes) part.truncate();
  const { confirmation } = part;
  return { request, part, failures: [], spent: 0, lastModified: confirmation.lastModified, resume: confirmation };
}

/** What a worker is told of a job. */
export function workerFile({ request, spent, resume }: Job): WorkerFile {
  const { sources, maxBytes, size } = request;
  return { sources: sources.slice(spent).map(({ href }) => href), maxBytes, size, resume };
}

/** The file is whole and checked. */
export function completed(job: Job, source: URL): Outcome {
  const { request, part, failures, lastModified } = job;
  const { size } = part;
  const time = lastModified === null ? undefined : new Date(lastModified);
  part.complete({ mode: request.mode, modified: request.mtime === 'last-modified' ? time : undefined });
  return { status: 'done', to: request.to, failures, source: publicUrl(source), size, lastModified: time };
}

/** Nothing more is tried; what came stays, if it may be gone on with. */
export function failed({ request, part, failures, lastModified }: Job, error: FetcherError): Outcome {
  const { to, optional } = request;
  if (error.code === 'worker-lied') part.discard();
  else part.keep(lastModified);
  const isAbsent = optional && failures.length > 0 && failures.every(({ status }) => status === 404 || status === 410);
  return isAbsent ? { status: 'absent', to, failures } : { status: 'failed', to, failures, error };
}

/** A URL as it may be shown: without user and password. */
function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
