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
] as const;
export type MirrorKind = (typeof mirrorKinds)[number];

/** A mirror that sends as fast as it is told. */
export interface PacedMirror extends RawServer {
  /** Bytes of bodies that it has sent. */
  readonly sent: () => number;
}

/** Milliseconds between two pieces of a body. */
const interval = 20;

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
  const server = await rawServer((socket, head) => {
    const [, path = ''] = head.split(' ');
    if (kind === 'stalled') return;
    if (kind === '503') {
      socket.write(response('503 Busy', { 'content-length': 0 }));
      return;
    }
    const right = content(path);
    const whole = kind === 'lying' ? Buffer.alloc(right.length, 'wrong ') : right;
    const length = whole.length - Number(kind === 'wrong length');
    const [start, end] = rangeOf(head, length);
    const body = whole.subarray(start, end);
    const said = { 'last-modified': lastModified.toUTCString(), 'content-length': body.length };
    const range = { 'content-range': `bytes ${start}-${end - 1}/${length}` };
    const isWhole = body.length === length;
    socket.write(response(isWhole ? '200 OK' : '206 Part', isWhole ? said : { ...said, ...range }));
    const until = kind === 'stops at 99 %' ? Math.floor(body.length * 0.99) : body.length;
    const step = kind === 'byte a second' ? 1 : Math.ceil((rate * interval) / 1000);
    let at = 0;
    const timer = setInterval(
      () => {
        if (socket.destroyed) {
          clearInterval(timer);
          return;
        }
        const piece = body.subarray(at, Math.min(at + step, until));
        socket.write(piece);
        at += piece.length;
        sent += piece.length;
        if (at >= until) clearInterval(timer);
      },
      kind === 'byte a second' ? 1000 : interval,
    );
  });
  return { ...server, sent: () => sent };
}

/** The range that a request asks for. */
function rangeOf(head: string, length: number): readonly [start: number, end: number] {
  const [, start, last] = /^range: bytes=(\d+)-(\d+)?/im.exec(head) ?? [];
  return [Number(start ?? 0), last === undefined ? length : Number(last) + 1];
}
