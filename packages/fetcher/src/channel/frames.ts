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
 * The number of frames that may arrive at once, and the number a second that is added again. An honest worker sends ten
 * a second for each current file that are not full of data. More may have accumulated while this process was stopped:
 * as many as the socket can hold.
 */
const maxBurst = 10_000;
const refillPerSecond = 1000;

const nothing = Buffer.alloc(0);

/** Bytes that a `data` frame has announced: as many as arrived together. */
export interface Piece {
  readonly type: 'bytes';
  readonly file: number;
  readonly of: Target;
  /** Valid until the next one is requested. */
  readonly bytes: Buffer;
}

/** The worker broke the protocol; the message says how. */
export class WorkerLied extends Error {
  override readonly name = 'WorkerLied';
}

/**
 * Splits the bytes of a worker into frames, and the announced bytes into pieces. It checks length, rate, shape and
 * ranges, but not the order. It buffers less than one frame, and no announced byte.
 */
export class FrameReader {
  #rest: Buffer = nothing;
  #announced: { readonly file: number; readonly of: Target; left: number } | undefined;
  #tokens = maxBurst;
  #refilled = 0;

  /**
   * Takes bytes, and yields what is complete.
   *
   * @param bytes - as received
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
    // A copy: the rest of a large buffer would keep the whole buffer in memory.
    this.#rest = buffer.length === 0 ? nothing : Buffer.from(buffer);
  }

  #line(buffer: Buffer, now: number): { readonly found: Frame; readonly length: number } | undefined {
    const end = buffer.subarray(0, maxFrameBytes).indexOf('\n');
    if (end < 0) {
      if (buffer.length >= maxFrameBytes) throw new WorkerLied('it sent a frame that is too long');
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
    // The permitted size of the file limits full frames.
    if (frame.type === 'data' && frame.length >= fullDataBytes) return;
    this.#tokens = Math.min(maxBurst, this.#tokens + ((now - this.#refilled) / 1000) * refillPerSecond);
    this.#refilled = now;
    this.#tokens -= 1;
    if (this.#tokens < 0) throw new WorkerLied('it sent too many frames');
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** How each type of frame is checked. Types that are not in this table are refused, and unknown fields are dropped. */
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
  complete: ({ file }) => ({ type: 'complete', file: index(file) }),
  done: ({ file, size }) => ({ type: 'done', file: index(file), size: natural(size) }),
};

/** Parses one line. */
export function parseFrame(line: string): Frame {
  const fields = parseObject(line);
  const { type } = fields;
  if (typeof type !== 'string' || !Object.hasOwn(parsers, type))
    throw new WorkerLied('it sent a frame of unknown type');
  return parsers[type as Frame['type']](fields);
}

function parseObject(line: string): Fields {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Text that is not JSON is the same lie as JSON that is not an object.
  }
  throw new WorkerLied('it sent a frame that is not an object');
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
  throw new WorkerLied('it sent a number out of range');
}

/** Zero is refused: a line that announces no bytes would be useless. */
function dataLength(value: unknown): number {
  const length = natural(value, maxDataBytes);
  if (length === 0) throw new WorkerLied('it sent a number out of range');
  return length;
}

function target(value: unknown): Target {
  if (value === 'file' || value === 'signature') return value;
  throw new WorkerLied('it sent bytes that were not requested');
}

function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new WorkerLied('it sent an invalid boolean');
}

function index(value: unknown): number {
  return natural(value, maxFiles - 1);
}

/**
 * Text for a terminal: no control characters, so that the words of a server cannot move the cursor or ring the bell.
 */
function text(value: unknown): string {
  if (typeof value === 'string' && value.length <= maxTextLength) return value.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
  throw new WorkerLied('it sent an invalid string');
}

function etagText(value: unknown): string {
  if (typeof value === 'string' && strongEtag.test(value)) return value;
  throw new WorkerLied('it sent an invalid ETag');
}

function failureKind(value: unknown): FailureKind {
  const found = failureKinds.find((kind) => kind === value);
  if (found === undefined) throw new WorkerLied('it sent an unknown failure');
  return found;
}
