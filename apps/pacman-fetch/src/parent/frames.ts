import { type FailureKind, failureKinds } from '@sb/fetcher/failure-kinds';

import { type Frame, maxFileTime, maxFrameBytes } from '../worker/channel.js';

/**
 * Frames that may come at once, and frames a second that are given back. An honest worker sends ten a second; as many
 * as the socket holds may have piled up when this process was stopped for a while.
 */
const maxBurst = 5000;
const refillPerSecond = 100;

/** The worker said something that no honest worker says. */
export class WorkerLied extends Error {
  override readonly name = 'WorkerLied';
}

/**
 * Cuts the bytes of a worker into frames. Everything about them is checked here: length, rate, shape, ranges.
 */
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
  read(bytes: Buffer, now: number): readonly Frame[] {
    const frames: Frame[] = [];
    let buffer = Buffer.concat([this.#rest, bytes]);
    for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n')) {
      if (end >= maxFrameBytes) throw new WorkerLied('a frame is too long');
      this.#countFrame(now);
      frames.push(parseFrame(buffer.subarray(0, end).toString('utf8')));
      buffer = buffer.subarray(end + 1);
    }
    if (buffer.length >= maxFrameBytes) throw new WorkerLied('a frame is too long');
    this.#rest = buffer;
    return frames;
  }

  #countFrame(now: number): void {
    this.#tokens = Math.min(maxBurst, this.#tokens + ((now - this.#refilled) / 1000) * refillPerSecond);
    this.#refilled = now;
    this.#tokens -= 1;
    if (this.#tokens < 0) throw new WorkerLied('it sends too many frames');
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** How each type of frame is checked; what is not in this table is no frame. */
const parsers: Readonly<Record<Frame['type'], (fields: Fields) => Frame>> = {
  ready: () => ({ type: 'ready' }),
  refused: ({ message }) => ({ type: 'refused', message: text(message) }),
  progress: ({ received, total }) => ({
    type: 'progress',
    received: size(received),
    total: total === null ? null : size(total),
  }),
  done: ({ size: bytes, lastModified }) => ({
    type: 'done',
    size: size(bytes),
    lastModified: lastModified === null ? null : time(lastModified),
  }),
  failed: ({ kind, message }) => ({ type: 'failed', kind: failureKind(kind), message: text(message) }),
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

function size(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new WorkerLied('a number out of range');
}

function time(value: unknown): number {
  const milliseconds = size(value);
  if (milliseconds > maxFileTime) throw new WorkerLied('a time out of range');
  return milliseconds;
}

/** Text for a terminal: no control characters, so that a server's words can't move the cursor or ring the bell. */
function text(value: unknown): string {
  if (typeof value === 'string' && value.length <= 1024) return value.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
  throw new WorkerLied('a text that is none');
}

function failureKind(value: unknown): FailureKind {
  const found = failureKinds.find((kind) => kind === value);
  if (found === undefined) throw new WorkerLied('an unknown failure');
  return found;
}
