/* One request of undici, called as undici calls it. */
import { describe, expect, it } from 'vitest';

import { Stop } from '../values/stop.js';
import { exchange, type Question } from './exchange.js';
import type { Dispatcher } from './undici.js';

type Handler = Required<
  Pick<Dispatcher.DispatchHandler, 'onConnect' | 'onHeaders' | 'onData' | 'onComplete' | 'onError'>
>;

/** A request that the test answers; what is done to its connection. */
function asked(stop = new Stop()) {
  const done: string[] = [];
  let handler: Handler | undefined;
  const dispatch = (_: Question, given: Handler): void => {
    handler = given;
  };
  const answer = exchange({ dispatch } as unknown as Dispatcher, { path: '/', method: 'GET', headers: {} }, stop);
  if (handler === undefined) throw new Error('nothing was asked');
  const { onError } = handler;
  const abort = (reason?: Error): void => {
    done.push(`abort ${reason?.message}`);
    onError.call(handler, reason ?? new Error('aborted'));
  };
  const start = (fields: readonly string[] = [], status = 200): boolean =>
    (handler as Handler).onHeaders(
      status,
      fields.map((text) => Buffer.from(text, 'latin1')),
      () => void done.push('resume'),
      '',
    );
  return { handler, answer, abort, start, done };
}

/** Takes chunks, one at a time once it is told to. */
function reader() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const take = async (chunk: Uint8Array): Promise<void> => {
    taken.push(Buffer.from(chunk.subarray(0, 4)).toString());
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const next = async (): Promise<void> => {
    waiting.shift()?.();
    await new Promise(setImmediate);
  };
  return { taken, take, next };
}

const why = new Error('why');
const text = async (promise: Promise<unknown>): Promise<string> => await promise.then(() => 'whole', String);

describe('an answer', () => {
  it('has the first field of a name in any case, and is the one after those of 1xx', async () => {
    const { answer, handler, abort, start } = asked();
    handler.onConnect(abort);
    start(['ETag', '"early"'], 103);
    start(['eTaG', '"\u00e9"', 'ETag', '"b"', 'Age', '1']);
    const got = await answer;
    const fields = ['etag', 'age', 'date'].map((name) => got.header(name));
    expect([got.status, ...fields]).toEqual([200, '"\u00e9"', '1', undefined]);
  });

  it('hands over what has come before its reader, and then waits for it', async () => {
    const { answer, handler, abort, start, done } = asked();
    const { take, taken, next } = reader();
    handler.onConnect(abort);
    // Such a body may end with trailers, so its bytes are never lent.
    const isMore = start(['Transfer-Encoding', 'chunked']);
    expect([isMore, handler.onData(Buffer.from('a')), handler.onData(Buffer.alloc(1 << 16, 'b'))]).toEqual([
      true,
      true,
      false,
    ]);
    const read = text((await answer).body.each(take));
    await next();
    expect({ taken, done }).toEqual({ taken: ['a', 'bbbb'], done: [] });
    await next();
    expect({ done, mayFollow: handler.onData(Buffer.from('c')) }).toEqual({ done: ['resume'], mayFollow: true });
    // The reader has not taken it yet.
    handler.onData(Buffer.from('d'));
    handler.onComplete([]);
    for (let step = 0; step < 3; step++) await next();
    expect([await read, taken.at(-1)]).toEqual(['whole', 'd']);
  });

  it('waits for its reader after each chunk, as soon as the bytes are lent', async () => {
    const { answer, handler, abort, start, done } = asked();
    const { take, taken, next } = reader();
    handler.onConnect(abort);
    expect([start(), handler.onData(Buffer.from('a'))]).toEqual([true, true]);
    const read = text((await answer).body.each(take));
    // The bytes before the reader are copies, which may be kept.
    expect(handler.onData(Buffer.from('b'))).toBe(true);
    for (let step = 0; step < 2; step++) await next();
    await next();
    expect({ taken, done }).toEqual({ taken: ['a', 'b'], done: [] });
    expect([handler.onData(Buffer.from('c')), done]).toEqual([false, []]);
    await next();
    expect(done).toEqual(['resume']);
    handler.onComplete([]);
    expect([await read, taken]).toEqual(['whole', ['a', 'b', 'c']]);
  });

  it('ends with an error of its connection, after the bytes before it', async () => {
    const { answer, handler, abort, start } = asked();
    const taken: number[] = [];
    handler.onConnect(abort);
    start();
    handler.onData(Buffer.from('abc'));
    handler.onError(why);
    const read = (await answer).body.each((chunk) => void taken.push(chunk.length));
    expect([await text(read), taken]).toEqual(['Error: why', [3]]);
  });

  it.each([
    [
      'throws',
      (): undefined => {
        throw why;
      },
    ],
    ['refuses a chunk later', async (): Promise<void> => await Promise.reject(why)],
  ])('is dropped if its reader %s', async (_, take) => {
    const { answer, handler, abort, start, done } = asked();
    handler.onConnect(abort);
    start();
    const read = text((await answer).body.each(take));
    handler.onData(Buffer.from('abc'));
    expect([await read, done]).toEqual(['Error: why', ['abort undefined']]);
  });

  it('is dropped if nobody wants it, also while it is read', async () => {
    const { answer, handler, abort, start, done } = asked();
    handler.onConnect(abort);
    start();
    const { body } = await answer;
    const read = text(body.each(() => undefined));
    for (let time = 0; time < 2; time++) body.discard();
    expect([await read, done]).toEqual(['Error: the answer was closed', ['abort undefined']]);
  });
});

describe('a request that is stopped', () => {
  it('before its connection ends when there is one', async () => {
    const stop = new Stop();
    const { answer, handler, abort, done } = asked(stop);
    stop.stop(why);
    expect(done).toEqual([]);
    handler.onConnect(abort);
    expect([await text(answer), done]).toEqual(['Error: why', ['abort why']]);
  });

  it('before its answer fails with the reason', async () => {
    const stop = new Stop();
    const { answer, handler, abort, done } = asked(stop);
    handler.onConnect(abort);
    stop.stop(why);
    expect([await text(answer), done]).toEqual(['Error: why', ['abort why']]);
  });

  it('during its body hands over nothing more, though it has come', async () => {
    const stop = new Stop();
    const { answer, handler, abort, start, done } = asked(stop);
    const { take, taken, next } = reader();
    handler.onConnect(abort);
    start();
    for (const byte of ['a', 'b']) handler.onData(Buffer.from(byte));
    handler.onComplete([]);
    const read = text((await answer).body.each(take));
    stop.stop(why);
    await next();
    expect([await read, taken, done]).toEqual(['Error: why', ['a'], ['abort undefined']]);
  });
});
