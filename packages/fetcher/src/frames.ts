import { type Frame, maxFiles, maxFileTime, maxFrameBytes, maxTextLength, strongEtag } from './channel.js';
import { type FailureKind, failureKinds } from './transfer/failure-kinds.js';

/**
 * Frames that may come at once, and frames a second that are given back. An honest worker sends ten a second for each
 * file under way; as many as the socket holds may have piled up when this process was stopped for a while.
 */
const maxBurst = 10_000;
const refillPerSecond = 1000;

/** The worker did what no honest worker does; the message says what. */
export class WorkerLied extends Error {
  override readonly name = 'WorkerLied';
}

/** Cuts the bytes of a worker into frames. Length, rate, shape and ranges are checked here; their order is not. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #tokens = maxBurst;
  #refilled = 0;

  /**
   * Takes bytes in and gives the frames that are complete.
   *
   * @param bytes - as they came
   * @param now - milliseconds of a steady clock
   * @throws WorkerLied
   */
  *read(bytes: Buffer, now: number): Generator<Frame> {
    let buffer = Buffer.concat([this.#rest, bytes]);
    for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n')) {
      if (end >= maxFrameBytes) throw new WorkerLied('a frame is too long');
      this.#countFrame(now);
      yield parseFrame(buffer.subarray(0, end).toString('utf8'));
      buffer = buffer.subarray(end + 1);
    }
    if (buffer.length >= maxFrameBytes) throw new WorkerLied('a frame is too long');
    this.#rest = buffer;
  }

  #countFrame(now: number): void {
    this.#tokens = Math.min(maxBurst, this.#tokens + ((now - this.#refilled) / 1000) * refillPerSecond);
    this.#refilled = now;
    this.#tokens -= 1;
    if (this.#tokens < 0) throw new WorkerLied('it sends too many frames');
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** How each type of frame is checked; what is not in this table is no frame, and what it hasn't got is dropped. */
const parsers: Readonly<Record<Frame['type'], (fields: Fields) => Frame>> = {
  started: ({ file, source, total, lastModified, etag }) => ({
    type: 'started',
    file: index(file),
    source: index(source),
    total: total === null ? null : natural(total),
    lastModified: lastModified === null ? null : natural(lastModified, maxFileTime),
    etag: etag === null ? null : etagText(etag),
  }),
  progress: ({ file, received }) => ({ type: 'progress', file: index(file), received: natural(received) }),
  'source-failed': (fields) => ({ type: 'source-failed', ...failure(fields) }),
  signature: ({ file, size, lastModified }) => ({
    type: 'signature',
    file: index(file),
    size: natural(size),
    lastModified: lastModified === null ? null : natural(lastModified, maxFileTime),
  }),
  'signature-unchanged': ({ file }) => ({ type: 'signature-unchanged', file: index(file) }),
  'signature-failed': (fields) => ({ type: 'signature-failed', ...failure(fields) }),
  unchanged: ({ file, source }) => ({ type: 'unchanged', file: index(file), source: index(source) }),
  done: ({ file, size }) => ({ type: 'done', file: index(file), size: natural(size) }),
};

/** Parses one line. */
export function parseFrame(line: string): Frame {
  const fields = parseObject(line);
  const { type } = fields;
  if (typeof type !== 'string' || !Object.hasOwn(parsers, type)) throw new WorkerLied('a frame of unknown type');
  return parsers[type as Frame['type']](fields);
}

function parseObject(line: string): Fields {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Not JSON is the same lie as JSON that is no object.
  }
  throw new WorkerLied('a frame that is no object');
}

function failure({ file, source, kind, status, message }: Fields) {
  return {
    file: index(file),
    source: index(source),
    kind: failureKind(kind),
    status: status === null ? null : natural(status, 999),
    message: text(message),
  };
}

function natural(value: unknown, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max) return value;
  throw new WorkerLied('a number out of range');
}

function index(value: unknown): number {
  return natural(value, maxFiles - 1);
}

/** Text for a terminal: no control characters, so that a server's words can't move the cursor or ring the bell. */
function text(value: unknown): string {
  if (typeof value === 'string' && value.length <= maxTextLength) return value.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
  throw new WorkerLied('a text that is none');
}

function etagText(value: unknown): string {
  if (typeof value === 'string' && strongEtag.test(value)) return value;
  throw new WorkerLied('an ETag that is none');
}

function failureKind(value: unknown): FailureKind {
  const found = failureKinds.find((kind) => kind === value);
  if (found === undefined) throw new WorkerLied('an unknown failure');
  return found;
}
