import type { Confirmation } from '../values/confirmation.js';
import type { Limits } from '../values/limits.js';
import type { Connections } from '../http/connections.js';
import { failureOf } from '../http/failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { request, type Response } from '../http/request.js';
import type { Sink } from './sink.js';
import { Watchdog } from './watchdog.js';
import { checkEnd, endsUnproven } from './check-end.js';
import { checkSize } from './check-size.js';
import { conditionsOf, lastModifiedOf, placementOf, type Question, strongEtagOf } from './conditions.js';
import { StatusFailure } from './status-failure.js';
import type { Ports } from '../values/port.js';
import type { Stop } from '../values/stop.js';

/** What a source reports about its file. */
export interface Started {
  /** Bytes. */
  readonly total: number | undefined;
  /** Milliseconds since 1970. */
  readonly lastModified: number | undefined;
  /** A strong one. */
  readonly etag?: string | undefined;
  /** Whether its bytes are appended to the existing content. */
  readonly isAppended: boolean;
}

/** The outcome of a source that succeeded. */
export interface Result {
  /** The file is complete, or no newer than that of the parent. */
  readonly state: 'done' | 'unchanged';
  /** The URL that answered, after redirects. */
  readonly url: URL;
}

/** One source of one file. */
export interface SourceDownload {
  readonly url: URL;
  /** The source that the caller has named, if a redirect led from it to the URL. Default: the URL. */
  readonly own?: URL;
  readonly sink: Sink;
  readonly maxBytes: number;
  readonly size: number | null;
  /** Whether the parent compares the file with a checksum. */
  readonly isSummed: boolean;
  /** How a server can confirm the content of the sink; null if it must not be kept. */
  readonly resume: Confirmation | null;
  /** The file is sent only if it has changed since then; milliseconds since 1970. */
  readonly modifiedSince: number | null;
  readonly limits: Limits;
  /** Stops when the file has taken too long, with a failure as its reason. */
  readonly deadline: Stop;
  readonly ports: Ports;
  readonly userAgent: string;
  readonly connections: Connections;
  /** Called with false when the request waits for other answers of its connection, and with true when it does no more. */
  readonly onTurn?: (isTurn: boolean) => void;
  /** Called after an answer was accepted, before its first byte is written. */
  readonly onStart: (started: Started) => void;
  /** Receives the number of bytes so far. */
  readonly onProgress: (received: number) => void;
}

/**
 * Downloads a file from one source. The content of the sink is kept only if the server confirms, by ETag or time of
 * last change, that it is the start of the same file. Otherwise the file is downloaded from the start.
 *
 * @throws TransferFailure; received bytes stay in the sink for another attempt
 */
export async function download(task: SourceDownload): Promise<Result> {
  const length = task.sink.position;
  const beginning = task.resume === null || length === 0 ? undefined : { ...task.resume, length };
  const { modifiedSince } = task;
  const rest = beginning !== undefined && (await ask(task, { beginning, isRange: true, modifiedSince }));
  // The server has just not confirmed the content. It is kept only if it is identified exactly: by an ETag, or by the
  // server's own time.
  const isNamed = task.resume !== null && (task.resume.etag !== null || task.resume.lastModified !== null);
  const known = isNamed ? beginning : undefined;
  const answer =
    rest === false || rest === 'again' ? await ask(task, { beginning: known, isRange: false, modifiedSince }) : rest;
  if (answer !== 'again') return answer;
  throw new TransferFailure('protocol', `${task.url.host} sent an answer that does not match the request`);
}

/** One request and its body; once more if only the end of the connection can show that the body is complete. */
async function ask(task: SourceDownload, question: Question): Promise<Result | 'again'> {
  // Few servers need the second one. A connection whose end is examined is slower.
  for (const provesEnd of [false, true]) {
    const answer = await askOnce(task, { question, provesEnd });
    if (answer !== 'unproven') return answer;
  }
  return 'again';
}

interface Asking {
  readonly question: Question;
  /** Whether the connection is one whose end is examined. */
  readonly provesEnd: boolean;
}

async function askOnce(task: SourceDownload, { question, provesEnd }: Asking): Promise<Result | 'again' | 'unproven'> {
  using watchdog = new Watchdog(task.limits, task.deadline);
  // The bytes must be those on the server's disk: ranges of a compressed answer would not fit.
  const always = { 'user-agent': task.userAgent, accept: '*/*', 'accept-encoding': 'identity' };
  const response = await request(task.url, {
    own: task.own,
    headers: { ...always, ...conditionsOf(question) },
    stop: watchdog,
    maxRedirects: task.limits.maxRedirects,
    ports: task.ports,
    connections: task.connections,
    provesEnd,
    ahead: {
      bytes: Math.max(0, (task.size ?? task.maxBytes) - task.sink.position),
      onTurn: (isTurn) => {
        watchdog.isHeld = !isTurn;
        task.onTurn?.(isTurn);
      },
    },
  });
  const placement = placementOf(response, question);
  if (placement === undefined || placement === 'unchanged' || placement === 'again') {
    response.body.discard();
    if (placement === 'again') return placement;
    if (placement === 'unchanged') return { state: placement, url: response.url };
    throw new StatusFailure(response.status, response.url.host);
  }
  const known = { total: placement.total ?? task.size ?? undefined, isSummed: task.isSummed };
  if (!provesEnd && response.url.protocol === 'https:' && endsUnproven(response, known)) {
    response.body.discard();
    return 'unproven';
  }
  orDiscard(response, () => {
    checkSize(task, response.url.host, placement.total);
    checkEnd(response, known);
  });
  const { total, skip, isAppended } = placement;
  const started = { total, lastModified: lastModifiedOf(response), etag: strongEtagOf(response), isAppended };
  orDiscard(response, () => {
    task.sink.begin(isAppended);
    task.onStart(started);
  });
  if (placement.isComplete) response.body.discard();
  else await receive(task, { response, watchdog, skip, total: known.total });
  return { state: 'done', url: response.url };
}

function orDiscard(response: Response, act: () => void): void {
  try {
    act();
  } catch (error) {
    response.body.discard();
    throw error;
  }
}

interface Receiving {
  readonly response: Response;
  readonly watchdog: Watchdog;
  /** Bytes of the body that already exist. */
  readonly skip: number;
  readonly total: number | undefined;
}

async function receive({ sink, onProgress }: SourceDownload, receiving: Receiving): Promise<void> {
  const { response, watchdog, total } = receiving;
  let { skip } = receiving;
  try {
    await response.body.each((chunk) => {
      watchdog.count(chunk.length);
      const full = sink.write(chunk.subarray(skip));
      skip -= Math.min(skip, chunk.length);
      onProgress(sink.position);
      return full && watchdog.heldDuring(full);
    });
  } catch (error) {
    throw failureOf(watchdog.reason ?? error, response.url);
  }
  if (skip > 0 || (total !== undefined && sink.position !== total)) {
    throw new TransferFailure('truncated', `${response.url.host} sent ${sink.position - skip} of ${total} bytes`);
  }
}
