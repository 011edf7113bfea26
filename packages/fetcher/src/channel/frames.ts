import {
  type Frame,
  fullDataBytes,
  maxDataBytes,
  maxFiles,
  maxFrameBytes,
  maxTextLength,
  type Target,
} from './messages.js';
import { maxFileTime } from '../values/file-time.js';
import { strongEtag } from '../values/confirmation.js';
import { type FailureKind, failureKinds } from '../errors/error-codes.js';

/**
 * Frames that may come at once, and frames a second that are given back. An honest worker sends ten a second for each
 * file under way that are not full of data; as many as the socket holds may have piled up when this process was stopped
 * for a while.
 */
const maxBurst = 10_000;
const refillPerSecond = 1000;

const nothing = Buffer.alloc(0);

/** Bytes that a `data` frame has announced, as many of them as came at once. */
export interface Piece {
  readonly type: 'bytes';
  readonly file: number;
  readonly of: Target;
  /** Valid until the next one is asked for. */
  readonly bytes: Buffer;
}

/** The worker did what no honest worker does; the message says what. */
export class WorkerLied extends Error {
  override readonly name = 'WorkerLied';
}

/**
 * Cuts the bytes of a worker into frames, and the bytes that these announce into pieces. Length, rate, shape and ranges
 * are checked here; their order is not. It holds less than one frame, and no announced byte.
 */
export class FrameReader {
  #rest: Buffer = nothing;
  #announced: { readonly file: number; readonly of: Target; left: number } | undefined;
  #tokens = maxBurst;
  #refilled = 0;

  /**
   * Takes bytes in and gives what is complete.
   *
   * @param bytes - as they came
   * @param now - milliseconds of a steady clock
   * @throws WorkerLied
   */
  *read(bytes: Buffer, now: number): Generator<Frame | Piece> {
    let buffer = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (buffer.length > 0) {
      const taken = this.#announced === undefined ? this.#line(buffer, now) : this.#piece(buffer, this.#announced);
      if (taken === undefined) break;
      yield taken.found;
      buffer = buffer.subarray(taken.length);
    }
    // A copy: what is left of a large buffer would keep all of it.
    this.#rest = buffer.length === 0 ? nothing : Buffer.from(buffer);
  }

  #line(buffer: Buffer, now: number): { readonly found: Frame; readonly length: number } | undefined {
    const end = buffer.subarray(0, maxFrameBytes).indexOf('\n');
    if (end < 0) {
      if (buffer.length >= maxFrameBytes) throw new WorkerLied('a frame is too long');
      return undefined;
    }
    const found = parseFrame(buffer.subarray(0, end).toString('utf8'));
    this.#count(found, now);
    if (found.type === 'data') this.#announced = { file: found.file, of: found.of, left: found.length };
    return { found, length: end + 1 };
  }

  #piece(
    buffer: Buffer,
    announced: { readonly file: number; readonly of: Target; left: number },
  ): { readonly found: Piece; readonly length: number } {
    const bytes = buffer.subarray(0, announced.left);
    announced.left -= bytes.length;
    if (announced.left === 0) this.#announced = undefined;
    const { file, of } = announced;
    return { found: { type: 'bytes', file, of, bytes }, length: bytes.length };
  }

  #count(frame: Frame, now: number): void {
    // What is full is bounded by what the file may have.
    if (frame.type === 'data' && frame.length >= fullDataBytes) return;
    this.#tokens = Math.min(maxBurst, this.#tokens + ((now - this.#refilled) / 1000) * refillPerSecond);
    this.#refilled = now;
    this.#tokens -= 1;
    if (this.#tokens < 0) throw new WorkerLied('it sends too many frames');
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** How each type of frame is checked; what is not in this table is no frame, and what it hasn't got is dropped. */
const parsers: Readonly<Record<Frame['type'], (fields: Fields) => Frame>> = {
  started: ({ file, source, total, lastModified, etag, isAppended }) => ({
    type: 'started',
    file: index(file),
    source: index(source),
    total: total === null ? null : natural(total),
    lastModified: lastModified === null ? null : natural(lastModified, maxFileTime),
    etag: etag === null ? null : etagText(etag),
    isAppended: truth(isAppended),
  }),
  data: ({ file, of, length }) => ({ type: 'data', file: index(file), of: target(of), length: dataLength(length) }),
  'source-failed': (fields) => ({ type: 'source-failed', ...failure(fields) }),
  'signature-started': ({ file }) => ({ type: 'signature-started', file: index(file) }),
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

/** Nothing is announced by none: a line without bytes would come for nothing. */
function dataLength(value: unknown): number {
  const length = natural(value, maxDataBytes);
  if (length === 0) throw new WorkerLied('a number out of range');
  return length;
}

function target(value: unknown): Target {
  if (value === 'file' || value === 'signature') return value;
  throw new WorkerLied('bytes of nothing that it was asked for');
}

function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new WorkerLied('a truth that is none');
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
