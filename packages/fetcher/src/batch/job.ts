import type { WorkerFile } from '../channel/messages.js';
import type { Beginning } from '../values/confirmation.js';
import type { CheckedRequest } from '../request/check.js';
import type { FetcherError } from '../errors/fetcher-error.js';
import { hostKey } from '../values/host-key.js';
import { LocalSources } from '../disk/local-sources.js';
import { Destination } from '../disk/destination.js';
import type { OpenFolders } from '../disk/open-folders.js';
import { Stopwatch } from './stopwatch.js';
import { openSignature, type SignatureJob, workerSignature } from './signature.js';

/** One file that one or more workers download. */
export interface Job {
  readonly request: CheckedRequest;
  readonly part: Destination;
  readonly local: LocalSources;
  readonly signature: SignatureJob | undefined;
  readonly failures: FetcherError[];
  /** Indexes of the remaining sources, in the order in which they are tried. */
  left: readonly number[];
  /** The sources that the current worker was given. */
  given: readonly number[];
  /** The server's time of the current content; null if unknown. */
  lastModified: number | null;
  /** The current content, and how a server can confirm it; null if it must not be kept. */
  resume: Beginning | null;
  /** The file is downloaded only if it has changed since then. */
  readonly modifiedSince: number | null;
  /** Whether the current worker found bytes of an earlier one. */
  hasBeginning: boolean;
  /** The combined bytes of several sources were wrong: from now on, each source must send the whole file. */
  isAlone: boolean;
  /** How long workers have worked on it. */
  readonly watch: Stopwatch;
}

/**
 * Opens the file of a request.
 *
 * @param folders - the open directories of its batch
 * @throws FetcherError `file`
 */
export function openJob(request: CheckedRequest, folders: OpenFolders): Job {
  const part = Destination.beside(request.to, folders);
  let signature: SignatureJob | undefined;
  try {
    signature = openSignature(request, folders);
    return jobOf(request, part, signature);
  } catch (error) {
    signature?.local.close();
    signature?.part.close();
    part.keep(part.beginning?.lastModified ?? null);
    throw error;
  }
}

function jobOf(request: CheckedRequest, part: Destination, signature: SignatureJob | undefined): Job {
  const { content } = part;
  if (content.length > (request.resume ? request.maxBytes : 0)) content.truncate();
  const { beginning } = part;
  const { ifModifiedSince } = request;
  const date = ifModifiedSince === false ? null : ifModifiedSince;
  return {
    request,
    part,
    // The last that is opened: nothing fails after it.
    local: new LocalSources(request.sources),
    signature,
    failures: [],
    left: [...request.sources.keys()],
    given: [],
    lastModified: beginning?.lastModified ?? null,
    resume: beginning,
    modifiedSince: date === 'local' ? part.finalTime : (date?.getTime() ?? null),
    hasBeginning: false,
    isAlone: false,
    watch: new Stopwatch(),
  };
}

/**
 * Returns what a worker is told about a job.
 *
 * @param handOver - takes a descriptor to read from, and returns its number in the worker
 */
export function workerFile(job: Job, handOver: (descriptor: number) => number): WorkerFile {
  const { request, local, left, isAlone } = job;
  job.given = left;
  job.hasBeginning = job.part.content.length > 0 && !isAlone;
  const { maxBytes, size } = request;
  const urls = sourcesOf(job, left);
  return {
    sources: urls.map(({ href }) => href),
    mayLack: urls.flatMap((url, index) => (mayLack(job, url) ? index : [])),
    isAlone,
    spent: job.watch.milliseconds,
    opened: local.handOver(left, handOver),
    maxBytes,
    size,
    isSummed: request.sha256 !== undefined,
    resume: isAlone ? null : job.resume,
    // A newer file was sent, and each source is asked for the whole file.
    modifiedSince: isAlone ? null : job.modifiedSince,
    signature: job.signature === undefined ? null : workerSignature(job.signature, left, handOver),
  };
}

/** Sources by their indexes. */
export function sourcesOf({ request }: Job, places: readonly number[]): readonly URL[] {
  return places.flatMap((place) => request.sources[place] ?? []);
}

/** Whether a source may lack the file without an error being counted against its host. */
export function mayLack({ request: { optional, caches } }: Job, url: URL): boolean {
  return optional || caches.has(hostKey(url));
}

/** Closes all of it. Received bytes stay for another attempt, if the download may resume. */
export function leave({ part, local, signature, lastModified }: Job, isWorthless: boolean): void {
  local.close();
  try {
    signature?.local.close();
    signature?.part.discard();
  } finally {
    if (isWorthless) part.discard();
    else part.keep(lastModified);
  }
}
