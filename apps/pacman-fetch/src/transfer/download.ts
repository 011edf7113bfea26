import {
  type ConnectionOptions,
  Connections,
  discard,
  failureOf,
  parseContentLength,
  parseContentRange,
  parseUnsatisfiedRange,
  proxiesOf,
  request,
  type Response,
  type Sink,
  TransferFailure,
  Watchdog,
} from '@sb/fetcher/transfer';

import { maxFileTime } from '../worker/channel.js';
import type { Limits } from './limits.js';

/** One file to download. */
export interface Download {
  readonly url: URL;
  readonly sink: Sink;
  readonly limits: Limits;
  readonly userAgent: string;
  readonly certificates: ConnectionOptions['certificates'];
  /** Told the size of the whole file, if known, and how much of it is there. */
  readonly onProgress: (received: number, total: number | undefined) => void;
}

/** A download that is complete. */
export interface Completed {
  /** Bytes of the whole file. */
  readonly size: number;
  /** When the server's file last changed, in milliseconds since 1970; undefined where it doesn't say, or can't mean it. */
  readonly lastModified: number | undefined;
}

/**
 * Downloads a file, going on behind what the sink already holds. What is there is kept only if the server confirms
 * that it is the start of the same file: it hasn't changed since, and the range begins where we are.
 *
 * @throws TransferFailure; what was received stays in the sink for another attempt
 */
export async function download(task: Download): Promise<Completed> {
  const { size, modified } = task.sink.stat();
  if (size === 0 || !task.limits.mayResume) return await fetchFrom(task, undefined);
  // Without the server's ETag, the time of our last byte is what tells an older file from this one (RFC 9110, 13.1.4).
  const resumed = await fetchFrom(task, { offset: size, unmodifiedSince: modified });
  return resumed ?? (await fetchFrom(task, undefined));
}

interface Resume {
  readonly offset: number;
  readonly unmodifiedSince: Date;
}

async function fetchFrom(task: Download, resume: undefined): Promise<Completed>;
async function fetchFrom(task: Download, resume: Resume): Promise<Completed | undefined>;
/** One request and its body; undefined if what is there can't be gone on with and has to be fetched anew. */
async function fetchFrom(task: Download, resume: Resume | undefined): Promise<Completed | undefined> {
  using watchdog = new Watchdog(task.limits);
  const { connectTimeout, maxRedirects } = task.limits;
  const response = await request(task.url, {
    headers: headersOf(task, resume),
    signal: watchdog.signal,
    maxRedirects,
    connections: new Connections({
      connectTimeout,
      certificates: task.certificates,
      proxies: proxiesOf(process.env),
    }),
  });
  const start = startOf(response, resume);
  if (start === 'complete' || start === 'again') discard(response);
  if (start === 'again') return undefined;
  if (start === 'complete') return { size: resume?.offset ?? 0, lastModified: lastModifiedOf(response) };
  if (start.offset === 0) task.sink.restart();
  else task.sink.append();
  if (start.total !== undefined && start.total > task.limits.maxBytes) {
    discard(response);
    throw new TransferFailure('too-large', `The file is larger than ${task.limits.maxBytes} bytes`);
  }
  await receive(task, { response, watchdog, total: start.total });
  return { size: task.sink.position, lastModified: lastModifiedOf(response) };
}

function headersOf({ userAgent }: Download, resume: Resume | undefined): Record<string, string> {
  // Bytes are wanted as they are on the server's disk: ranges of a compressed answer would fit nothing.
  const always = { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity' };
  if (resume === undefined) return always;
  return {
    ...always,
    range: `bytes=${resume.offset}-`,
    'if-unmodified-since': resume.unmodifiedSince.toUTCString(),
  };
}

interface Start {
  readonly offset: number;
  /** Size of the whole file in bytes, if the server said it. */
  readonly total: number | undefined;
}

/** Where the body of an answer belongs in the file. */
function startOf(response: Response, resume: Resume | undefined): Start | 'complete' | 'again' {
  const { status } = response;
  if (status === 200) return { offset: 0, total: parseContentLength(response.header('content-length')) };
  if (resume !== undefined) {
    // Not every server knows the condition; what it says of its file does as well.
    const isNewer = (lastModifiedOf(response) ?? 0) > resume.unmodifiedSince.getTime();
    const range = status === 206 ? parseContentRange(response.header('content-range')) : undefined;
    if (range?.start === resume.offset && !isNewer) return { offset: range.start, total: range.total };
    const whole = status === 416 ? parseUnsatisfiedRange(response.header('content-range')) : undefined;
    if (whole === resume.offset && !isNewer) return 'complete';
    // A wrong range, a range that isn't there, or a file that has changed: begin again, without asking for a part.
    if (status === 206 || status === 416 || status === 412) return 'again';
  }
  discard(response);
  throw new TransferFailure('http', `The requested URL returned error: ${status}`);
}

interface Receiving {
  readonly response: Response;
  readonly watchdog: Watchdog;
  readonly total: number | undefined;
}

async function receive(task: Download, { response, watchdog, total }: Receiving): Promise<void> {
  const { sink, onProgress } = task;
  onProgress(sink.position, total);
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      watchdog.count(chunk.length);
      sink.write(chunk);
      onProgress(sink.position, total);
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
