import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { lastModified, type RawServer, rawServer, response } from './server.js';

/** What a mirror does: what it should, or one of the ways to hold up who waits for it. */
export const mirrorKinds = [
  'good',
  'stalled',
  'byte a second',
  '503',
  'lying',
  'wrong length',
  'stops at 99 %',
  'stalled later',
] as const;
export type MirrorKind = (typeof mirrorKinds)[number];

/** A mirror that sends as fast as it is told. */
export interface PacedMirror extends RawServer {
  /** Bytes of bodies that it has sent. */
  readonly sent: () => number;
}

/** Requests after which a mirror stalls that does so later. */
const goodRequests = 20;

/** Milliseconds between two pieces of a body. */
const interval = 20;

/** Milliseconds to the mirror: near ones get no requests ahead. */
const distance = 5;

/**
 * Starts a mirror.
 *
 * @param content - of each of its files
 * @param rate - bytes a second over each connection
 */
export async function pacedMirror(
  kind: MirrorKind,
  content: (path: string) => Buffer,
  rate: number,
): Promise<PacedMirror> {
  let sent = 0;
  let requests = 0;
  /** Of each connection, the answers before: a server sends one after the other. */
  const answers = new WeakMap<Socket, Promise<void>>();
  const server = await rawServer((socket, head) => {
    answers.set(
      socket,
      (answers.get(socket) ?? Promise.resolve()).then(async () => await answer(socket, head)),
    );
  });
  const answer = async (socket: Socket, head: string): Promise<void> => {
    const [, path = ''] = head.split(' ');
    if (kind === 'stalled' || (kind === 'stalled later' && requests++ >= goodRequests)) await new Promise(() => {});
    if (kind === '503') {
      socket.write(response('503 Busy', { 'content-length': 0 }));
      return;
    }
    const right = content(path);
    const whole = kind === 'lying' ? Buffer.alloc(right.length, 'wrong ') : right;
    const length = whole.length - Number(kind === 'wrong length');
    const [start, end] = rangeOf(head, length);
    const body = whole.subarray(start, end);
    await setTimeout(distance);
    socket.write(headOf(body.length, length, start));
    const until = kind === 'stops at 99 %' ? Math.floor(body.length * 0.99) : body.length;
    const step = kind === 'byte a second' ? 1 : Math.ceil((rate * interval) / 1000);
    for (let at = 0; at < until;) {
      await setTimeout(kind === 'byte a second' ? 1000 : interval);
      if (socket.destroyed) return;
      const piece = body.subarray(at, Math.min(at + step, until));
      socket.write(piece);
      at += piece.length;
      sent += piece.length;
    }
    // What it never sends holds up all that follows.
    if (until < body.length) await new Promise(() => {});
  };
  return { ...server, sent: () => sent };
}

/** The head of an answer with a part of a file. */
function headOf(part: number, whole: number, start: number): string {
  const always = { 'last-modified': lastModified.toUTCString(), 'content-length': part };
  if (part === whole) return response('200 OK', always);
  return response('206 Part', { ...always, 'content-range': `bytes ${start}-${start + part - 1}/${whole}` });
}

/** The range that a request asks for. */
function rangeOf(head: string, length: number): readonly [start: number, end: number] {
  const [, start, last] = /^range: bytes=(\d+)-(\d+)?/im.exec(head) ?? [];
  return [Number(start ?? 0), last === undefined ? length : Number(last) + 1];
}
