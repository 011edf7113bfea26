import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { lastModified, type RawServer, rawServer, response } from './server.js';

/** Numbers that look random, and are the same for the same seed: from 0 up to, and without, the limit. */
export type Dice = (limit: number) => number;

/** @param seed - any text */
export function diceOf(seed: string): Dice {
  let state = 2_166_136_261;
  const mix = (value: number): void => void (state = Math.imul(state ^ value, 16_777_619) >>> 0);
  for (const letter of seed) mix(letter.codePointAt(0) ?? 0);
  return (limit) => {
    // Marsaglia's xorshift, which never gets from a number that is not 0 to one that is.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** What a file of a seed has in it: bytes that no other file has at the same place. */
export function contentOf(seed: number, path: string): Buffer {
  const dice = diceOf(`${seed} ${path}`);
  const length = sizes(path.endsWith('.sig'))[dice(4)] ?? 0;
  const bytes = Buffer.allocUnsafe(dice(length) + 1);
  for (let at = 0; at < bytes.length; at++) bytes[at] = dice(256);
  return bytes;
}

/** Limits of lengths: most files are small, and some are longer than what is read or sent at once. */
const sizes = (isSmall: boolean): readonly number[] =>
  isSmall ? [1, 100, 1000, 8000] : [100, 10_000, 120_000, 900_000];

/** A mirror whose answers are right, and come in any pieces, with any pauses; some end early. */
export interface ChaoticMirror extends RawServer {
  /** From now on, no answer ends early. */
  readonly behave: () => void;
}

/** Every fourth is near: it gets no requests ahead. @param seed - of its files, and of what it does */
export async function chaoticMirror(seed: number): Promise<ChaoticMirror> {
  const distance = seed % 4 === 0 ? 0 : 5;
  let mayBreak = true;
  const dice = diceOf(`mirror ${seed}`);
  /** Of each connection, the answers before: a server sends one after the other. */
  const answers = new WeakMap<Socket, Promise<void>>();
  const server = await rawServer((socket, head) => {
    const before = answers.get(socket) ?? Promise.resolve();
    answers.set(
      socket,
      before.then(async () => await answer(socket, head)),
    );
  });
  const answer = async (socket: Socket, head: string): Promise<void> => {
    if (socket.destroyed || socket.writableEnded) return;
    const whole = contentOf(seed, head.split(' ')[1] ?? '');
    const isLast = dice(12) === 0;
    const all = answerOf({ whole, start: dice(4) > 0 ? startOf(head, whole.length) : 0, isLast }, dice);
    const until = mayBreak && dice(25) === 0 ? dice(all.length) : all.length;
    if (distance > 0) await setTimeout(distance);
    await send(socket, all.subarray(0, until), dice);
    if (until < all.length && dice(2) === 0) socket.destroy();
    else if (until < all.length || isLast || (mayBreak && dice(20) === 0)) socket.end();
  };
  return { ...server, behave: () => void (mayBreak = false) };
}

/** Where the range of a request begins. */
function startOf(head: string, length: number): number {
  const start = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
  return start < length ? start : 0;
}

interface Content {
  readonly whole: Buffer;
  readonly start: number;
  readonly isLast: boolean;
}

function answerOf({ whole, start, isLast }: Content, dice: Dice): Buffer {
  const body = whole.subarray(start);
  const isChunked = dice(4) === 0;
  const fields = {
    'last-modified': lastModified.toUTCString(),
    ...(isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }),
    ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
    ...(isLast ? { connection: 'close' } : {}),
  };
  const hints = dice(15) === 0 ? response('103 Early Hints', {}) : '';
  const head = hints + response(start === 0 ? '200 OK' : '206 Partial Content', fields);
  return Buffer.concat([Buffer.from(head), isChunked ? inChunks(body, dice) : body]);
}

/** Sends bytes in pieces. */
async function send(socket: Socket, all: Buffer, dice: Dice): Promise<void> {
  const step = [all.length, 300_000, 65_536, 16_384, 700][dice(5)] ?? 1;
  /** The head comes in pieces as well, or not. */
  const until = dice(3) === 0 ? 200 : 0;
  for (let at = 0; at < all.length && !socket.destroyed;) {
    const piece = all.subarray(at, at + 1 + dice(at < until ? 60 : step));
    at += piece.length;
    const isFull = !socket.write(piece);
    const pause = dice(6);
    if (pause === 0) await setTimeout(dice(4));
    else if (isFull || pause < 3) await new Promise(setImmediate);
  }
}

function inChunks(body: Buffer, dice: Dice): Buffer {
  const pieces: Buffer[] = [];
  const step = [body.length, 70_000, 5000][dice(3)] ?? 1;
  for (let at = 0; at < body.length;) {
    const piece = body.subarray(at, at + 1 + dice(step));
    at += piece.length;
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}
