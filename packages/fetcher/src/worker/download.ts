import { type Confirmation, maxFileTime } from '../channel.js';
import type { Limits } from '../limits.js';
import { parseContentLength, parseContentRange, parseUnsatisfiedRange } from '../transfer/content-range.js';
import { failureOf, TransferFailure } from '../transfer/failure.js';
import { discard, request, type Response } from '../transfer/request.js';
import type { Sink } from '../transfer/sink.js';
import type { Dispatcher } from '../transfer/undici.js';
import { Watchdog } from '../transfer/watchdog.js';
import { checkSize } from './check-size.js';
import { StatusFailure } from './status-failure.js';

/** One source of one file. */
export interface SourceDownload {
  readonly url: URL;
  readonly sink: Sink;
  readonly maxBytes: number;
  readonly size: number | null;
  /** How what the sink holds can be confirmed; null if it counts for nothing. */
  readonly resume: Confirmation | null;
  readonly limits: Limits;
  readonly ports: readonly number[];
  readonly userAgent: string;
  readonly dispatcher: (url: URL) => Dispatcher;
  /** Told that a server's answer was taken, before its first byte is written. */
  readonly onStart: (total: number | undefined, lastModified: number | undefined) => void;
  /** Told how many bytes are there. */
  readonly onProgress: (received: number) => void;
}

/**
 * Downloads a file from one source. What the sink holds is kept only if the server confirms that it is the start of the
 * same file, by its time of last change; otherwise the file is fetched anew.
 *
 * @throws TransferFailure; what was received stays in the sink for another attempt
 */
export async function download(task: SourceDownload): Promise<void> {
  const offset = task.sink.stat().size;
  const isResumed = task.resume !== null && offset > 0 && (await fetchFrom(task, { offset, ...task.resume }));
  if (!isResumed) await fetchFrom(task, undefined);
}

type Resume = Confirmation & { readonly offset: number };

/** One request and its body; false if what is there can't be gone on with. */
async function fetchFrom(task: SourceDownload, resume: Resume | undefined): Promise<boolean> {
  using watchdog = new Watchdog(task.limits);
  const response = await request(task.url, {
    headers: headersOf(task.userAgent, resume),
    signal: watchdog.signal,
    maxRedirects: task.limits.maxRedirects,
    ports: task.ports,
    dispatcher: task.dispatcher,
  });
  const start = startOf(response, resume);
  if (start === 'again') {
    discard(response);
    return false;
  }
  requireSize(task, response, start.total);
  if (start.offset === 0) task.sink.restart();
  else task.sink.append();
  task.onStart(start.total, lastModifiedOf(response));
  if (start.isComplete) discard(response);
  else await receive(task, { response, watchdog, total: start.total ?? task.size ?? undefined });
  return true;
}

function headersOf(userAgent: string, resume: Resume | undefined): Record<string, string> {
  // Bytes are wanted as they are on the server's disk: ranges of a compressed answer would fit nothing.
  const always = { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity' };
  if (resume === undefined) return always;
  const range = { ...always, range: `bytes=${resume.offset}-` };
  // If-Range wants the server's exact time (RFC 9110, 13.1.5); the other condition does with any later one (13.1.4).
  if (resume.lastModified === null) {
    return { ...range, 'if-unmodified-since': new Date(resume.lastByte).toUTCString() };
  }
  return { ...range, 'if-range': new Date(resume.lastModified).toUTCString() };
}

interface Start {
  readonly offset: number;
  /** Size of the whole file in bytes, if the server said it. */
  readonly total: number | undefined;
  /** The file is there already. */
  readonly isComplete: boolean;
}

/** Where the body of an answer belongs in the file. */
function startOf(response: Response, resume: Resume | undefined): Start | 'again' {
  const { status } = response;
  if (status === 200) {
    return { offset: 0, total: parseContentLength(response.header('content-length')), isComplete: false };
  }
  if (resume !== undefined && (status === 206 || status === 416 || status === 412)) {
    if (!isSame(response, resume)) return 'again';
    const range = status === 206 ? parseContentRange(response.header('content-range')) : undefined;
    if (range?.start === resume.offset) return { offset: range.start, total: range.total, isComplete: false };
    const whole = status === 416 ? parseUnsatisfiedRange(response.header('content-range')) : undefined;
    return whole === resume.offset ? { offset: whole, total: whole, isComplete: true } : 'again';
  }
  discard(response);
  throw new StatusFailure(status, response.url.host);
}

/** Not every server knows the conditions; what it says of its file's time has to agree as well. */
function isSame(response: Response, { lastModified, lastByte }: Resume): boolean {
  const time = lastModifiedOf(response);
  if (time === undefined) return true;
  return lastModified === null ? time <= lastByte : time === lastModified;
}

function requireSize(task: SourceDownload, response: Response, total: number | undefined): void {
  try {
    checkSize(task, response.url.host, total);
  } catch (error) {
    discard(response);
    throw error;
  }
}

interface Receiving {
  readonly response: Response;
  readonly watchdog: Watchdog;
  readonly total: number | undefined;
}

async function receive({ sink, onProgress }: SourceDownload, { response, watchdog, total }: Receiving): Promise<void> {
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      watchdog.count(chunk.length);
      sink.write(chunk);
      onProgress(sink.position);
    }
  } catch (error) {
    throw failureOf(watchdog.signal.aborted ? watchdog.signal.reason : error, response.url);
  }
  if (total !== undefined && sink.position !== total) {
    throw new TransferFailure('truncated', `${response.url.host} sent ${sink.position} of ${total} bytes`);
  }
}

function lastModifiedOf(response: Response): number | undefined {
  const time = Date.parse(response.header('last-modified') ?? '');
  return time >= 0 && time <= maxFileTime ? time : undefined;
}
