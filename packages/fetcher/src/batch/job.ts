import type { WorkerFile } from '../channel/messages.js';
import type { Beginning } from '../values/confirmation.js';
import type { CheckedRequest } from '../request/check.js';
import type { FetcherError } from '../errors/fetcher-error.js';
import { hostKey } from '../values/host-key.js';
import { LocalSources } from '../disk/local-sources.js';
import { Destination } from '../disk/destination.js';
import { Stopwatch } from './stopwatch.js';
import { openSignature, type SignatureJob, workerSignature } from './signature.js';

/** One file on its way through one or more workers. */
export interface Job {
  readonly request: CheckedRequest;
  readonly part: Destination;
  readonly local: LocalSources;
  readonly signature: SignatureJob | undefined;
  readonly failures: FetcherError[];
  /** Places of the sources that are left, in the order in which they are tried. */
  left: readonly number[];
  /** Those that the worker under way was given. */
  given: readonly number[];
  /** The server's time of what is in the file now; null where it isn't known. */
  lastModified: number | null;
  /** What is in the file, and how that can be confirmed; null if it counts for nothing. */
  resume: Beginning | null;
  /** Nothing is to come if the file hasn't changed since. */
  readonly modifiedSince: number | null;
  /** Whether the worker under way found bytes of an earlier one. */
  hasBeginning: boolean;
  /** What several sources sent together was wrong: from now on each has to send all of it. */
  isAlone: boolean;
  /** How long workers have been at it. */
  readonly watch: Stopwatch;
}

/**
 * Opens the file of a request.
 *
 * @throws FetcherError `file`
 */
export function openJob(request: CheckedRequest): Job {
  const part = Destination.beside(request.to);
  const signature = openSignatureOf(request, part);
  if (!request.resume || part.size > request.maxBytes) part.content.truncate();
  const { beginning, finalTime } = part;
  const { ifModifiedSince } = request;
  const date = ifModifiedSince === false ? null : ifModifiedSince;
  const local = new LocalSources(request.sources);
  return {
    request,
    part,
    local,
    signature,
    failures: [],
    left: [...request.sources.keys()],
    given: [],
    lastModified: beginning?.lastModified ?? null,
    resume: beginning,
    modifiedSince: date === 'local' ? finalTime : (date?.getTime() ?? null),
    hasBeginning: false,
    isAlone: false,
    watch: new Stopwatch(),
  };
}

function openSignatureOf(request: CheckedRequest, part: Destination): SignatureJob | undefined {
  try {
    return openSignature(request);
  } catch (error) {
    part.keep(part.beginning?.lastModified ?? null);
    throw error;
  }
}

/**
 * What a worker is told of a job.
 *
 * @param handOver - takes a descriptor to read from and gives the number that it has in the worker
 */
export function workerFile(job: Job, handOver: (descriptor: number) => number): WorkerFile {
  const { request, local, left, isAlone } = job;
  job.given = left;
  job.hasBeginning = job.part.size > 0 && !isAlone;
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
    // A newer one has been sent, and each source is asked for all of it.
    modifiedSince: isAlone ? null : job.modifiedSince,
    signature: job.signature === undefined ? null : workerSignature(job.signature, left, handOver),
  };
}

/** Sources by their places. */
export function sourcesOf({ request }: Job, places: readonly number[]): readonly URL[] {
  return places.flatMap((place) => request.sources[place] ?? []);
}

/** Whether a source may lack the file, which then says nothing against its host. */
export function mayLack({ request: { optional, caches } }: Job, url: URL): boolean {
  return optional || caches.has(hostKey(url));
}

/** Closes all of it; what came stays for another attempt, if it may be gone on with. */
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
