import { errorCode } from '@sb/core';

import type { Confirmation, WorkerFile } from './channel.js';
import type { CheckedRequest } from './check.js';
import { FetcherError } from './errors.js';
import type { Outcome } from './options.js';
import { LocalSources } from './local-sources.js';
import { Part } from './part.js';

/** One file on its way through one or more workers. */
export interface Job {
  readonly request: CheckedRequest;
  readonly part: Part;
  readonly local: LocalSources;
  readonly failures: FetcherError[];
  /** Sources that are not tried again. */
  spent: number;
  /** The server's time of what is in the file now; null where it isn't known. */
  lastModified: number | null;
  /** How what is in the file can be confirmed; null if it counts for nothing. */
  resume: Confirmation | null;
  /** Nothing is to come if the file hasn't changed since. */
  readonly modifiedSince: number | null;
  /** Whether the worker under way found bytes of an earlier one. */
  hasBeginning: boolean;
}

/**
 * Opens the file of a request.
 *
 * @throws FetcherError `file`
 */
export async function openJob(request: CheckedRequest): Promise<Job> {
  const part = await Part.open(request.to);
  if (!request.resume || part.size > request.maxBytes) part.truncate();
  const { confirmation, finalTime } = part;
  const { ifModifiedSince } = request;
  const date = ifModifiedSince === false ? null : ifModifiedSince;
  const local = new LocalSources(request.sources);
  return {
    request,
    part,
    local,
    failures: [],
    spent: 0,
    lastModified: confirmation.lastModified,
    resume: confirmation,
    modifiedSince: date === 'local' ? finalTime : (date?.getTime() ?? null),
    hasBeginning: false,
  };
}

/**
 * What a worker is told of a job.
 *
 * @param handOver - takes a descriptor and gives the number that it has in the worker
 */
export function workerFile(job: Job, handOver: (descriptor: number) => number): WorkerFile {
  const { request, local, spent, resume, modifiedSince } = job;
  job.hasBeginning = job.part.size > 0;
  const { maxBytes, size } = request;
  const sources = request.sources.slice(spent).map(({ href }) => href);
  const opened: Record<number, number> = {};
  for (const index of sources.keys()) {
    const descriptor = local.descriptor(spent + index);
    if (descriptor !== undefined) opened[index] = handOver(descriptor);
  }
  return { sources, opened, maxBytes, size, isSummed: request.sha256 !== undefined, resume, modifiedSince };
}

/** The file is whole and checked. */
export function completed(job: Job, source: URL): Outcome {
  const { request, part, local, failures, lastModified } = job;
  local.close();
  const { size } = part;
  const time = lastModified === null ? undefined : new Date(lastModified);
  part.complete({ mode: request.mode, modified: request.mtime === 'last-modified' ? time : undefined });
  return { status: 'done', to: request.to, failures, source: publicUrl(source), size, lastModified: time };
}

/** There is nothing newer than what has the name already. */
export function unchanged({ request, part, local, failures }: Job, source: URL): Outcome {
  local.close();
  part.discard();
  return { status: 'unchanged', to: request.to, failures, source: publicUrl(source) };
}

/** Nothing more is tried; what came stays, if it may be gone on with. */
export function failed({ request, part, local, failures, lastModified }: Job, error: FetcherError): Outcome {
  local.close();
  const { to, optional } = request;
  try {
    if (error.code === 'worker-lied') part.discard();
    else part.keep(lastModified);
  } catch (second) {
    if (!(second instanceof FetcherError)) throw second;
    // Why there is no file says more than why something is left of it.
    failures.push(second);
  }
  const isAbsent = optional && failures.length > 0 && failures.every(isMissing);
  return isAbsent ? { status: 'absent', to, failures } : { status: 'failed', to, failures, error };
}

/** Whether a source simply hasn't got the file. */
function isMissing({ code, status, cause }: FetcherError): boolean {
  if (code === 'source') return typeof cause === 'object' && cause !== null && errorCode(cause) === 'ENOENT';
  return status === 404 || status === 410;
}

/** A URL as it may be shown: without user and password. */
function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
