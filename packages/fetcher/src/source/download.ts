import type { Confirmation } from '../values/confirmation.js';
import type { Limits } from '../values/limits.js';
import type { Connections } from '../http/connections.js';
import { failureOf } from '../http/failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { discard, eachChunk, request, type Response } from '../http/request.js';
import type { Sink } from './sink.js';
import { Watchdog } from './watchdog.js';
import { checkEnd } from './check-end.js';
import { checkSize } from './check-size.js';
import { conditionsOf, lastModifiedOf, placementOf, type Question, strongEtagOf } from './conditions.js';
import { StatusFailure } from './status-failure.js';
import type { Ports } from '../values/port.js';

/** What a source says of its file. */
export interface Started {
  /** Bytes. */
  readonly total: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastModified: number | undefined;
  /** A strong one. */
  readonly etag?: string | undefined;
  /** Whether its bytes go behind what is there. */
  readonly isAppended: boolean;
}

/** How a source ended well. */
export interface Result {
  /** The file is whole, or there is nothing newer than what the parent has. */
  readonly state: 'done' | 'unchanged';
  /** What answered, after redirects. */
  readonly url: URL;
}

/** One source of one file. */
export interface SourceDownload {
  readonly url: URL;
  /** The source that the caller has named, where a redirect has led from there to the URL. Default: the URL. */
  readonly own?: URL;
  readonly sink: Sink;
  readonly maxBytes: number;
  readonly size: number | null;
  /** The parent compares the file with a sum. */
  readonly isSummed: boolean;
  /** How what the sink holds can be confirmed; null if it counts for nothing. */
  readonly resume: Confirmation | null;
  /** Nothing is to come if the file hasn't changed since; milliseconds since 1970. */
  readonly modifiedSince: number | null;
  readonly limits: Limits;
  /** Aborted, with a failure as its reason, when the file has taken too long. */
  readonly deadline: AbortSignal;
  readonly ports: Ports;
  readonly userAgent: string;
  readonly connections: Connections;
  /** Told that a server's answer was taken, before its first byte is written. */
  readonly onStart: (started: Started) => void;
  /** Told how many bytes are there. */
  readonly onProgress: (received: number) => void;
}

/**
 * Downloads a file from one source. What the sink holds is kept only if the server confirms that it is the start of the
 * same file, by its ETag or its time of last change; otherwise the file is fetched anew.
 *
 * @throws TransferFailure; what was received stays in the sink for another attempt
 */
export async function download(task: SourceDownload): Promise<Result> {
  const length = task.sink.position;
  const beginning = task.resume === null || length === 0 ? undefined : { ...task.resume, length };
  const { modifiedSince } = task;
  const rest = beginning !== undefined && (await ask(task, { beginning, isRange: true, modifiedSince }));
  // What the server did not confirm a moment ago counts only if it is named exactly: an ETag, or its own time.
  const isNamed = task.resume !== null && (task.resume.etag !== null || task.resume.lastModified !== null);
  const known = isNamed ? beginning : undefined;
  const answer =
    rest === false || rest === 'again' ? await ask(task, { beginning: known, isRange: false, modifiedSince }) : rest;
  if (answer !== 'again') return answer;
  throw new TransferFailure('protocol', `${task.url.host} answers another question`);
}

/** One request and its body. */
async function ask(task: SourceDownload, question: Question): Promise<Result | 'again'> {
  using watchdog = new Watchdog(task.limits);
  const signal = AbortSignal.any([watchdog.signal, task.deadline]);
  // Bytes are wanted as they are on the server's disk: ranges of a compressed answer would fit nothing.
  const always = { 'user-agent': task.userAgent, accept: '*/*', 'accept-encoding': 'identity' };
  const response = await request(task.url, {
    own: task.own,
    headers: { ...always, ...conditionsOf(question) },
    signal,
    maxRedirects: task.limits.maxRedirects,
    ports: task.ports,
    connections: task.connections,
  });
  const placement = placementOf(response, question);
  if (placement === undefined || placement === 'unchanged' || placement === 'again') {
    discard(response);
    if (placement === 'again') return placement;
    if (placement === 'unchanged') return { state: placement, url: response.url };
    throw new StatusFailure(response.status, response.url.host);
  }
  requireFitting(task, response, placement.total);
  const { total, skip, isAppended } = placement;
  const started = { total, lastModified: lastModifiedOf(response), etag: strongEtagOf(response), isAppended };
  orDiscard(response, () => {
    task.sink.begin(isAppended);
    task.onStart(started);
  });
  if (placement.isComplete) discard(response);
  else await receive(task, { response, watchdog, signal, skip, total: total ?? task.size ?? undefined });
  return { state: 'done', url: response.url };
}

function requireFitting(task: SourceDownload, response: Response, total: number | undefined): void {
  orDiscard(response, () => {
    checkSize(task, response.url.host, total);
    checkEnd(response, total ?? task.size ?? undefined, task.isSummed);
  });
}

function orDiscard(response: Response, act: () => void): void {
  try {
    act();
  } catch (error) {
    discard(response);
    throw error;
  }
}

interface Receiving {
  readonly response: Response;
  readonly watchdog: Watchdog;
  readonly signal: AbortSignal;
  /** Bytes of the body that are there already. */
  readonly skip: number;
  readonly total: number | undefined;
}

async function receive({ sink, onProgress }: SourceDownload, receiving: Receiving): Promise<void> {
  const { response, watchdog, signal, total } = receiving;
  let { skip } = receiving;
  try {
    await eachChunk(response, (chunk) => {
      watchdog.count(chunk.length);
      const full = sink.write(chunk.subarray(skip));
      skip -= Math.min(skip, chunk.length);
      onProgress(sink.position);
      return full && watchdog.heldDuring(full);
    });
  } catch (error) {
    throw failureOf(signal.aborted ? signal.reason : error, response.url);
  }
  if (skip > 0 || (total !== undefined && sink.position !== total)) {
    throw new TransferFailure('truncated', `${response.url.host} sent ${sink.position - skip} of ${total} bytes`);
  }
}
