import { setTimeout as after } from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import { TransferFailure } from '../errors/transfer-failure.js';
import type { Stop } from '../values/stop.js';
import { StatusFailure } from '../source/status-failure.js';
import { type AheadLimits, FilesAhead } from './files-ahead.js';
import type { StreamSink } from './kept-file.js';
import type { ExpectedFile } from './waiting-file.js';

/** What one attempt does; its steps are taken by the test. */
interface Attempted {
  readonly name: string;
  readonly sink: StreamSink;
  readonly halt: Stop;
  readonly end: (failure?: TransferFailure) => Promise<void>;
}

/** A downloader of files, and what it was asked for. */
function downloader(limits: AheadLimits = { parallel: 2, maxBytes: 1_000_000 }) {
  const attempts: Attempted[] = [];
  const ahead = new FilesAhead(async (url, sink, halt) => {
    let resolve: (failure?: TransferFailure) => void = () => {};
    const promise = new Promise<TransferFailure | undefined>((settle) => (resolve = settle));
    halt.listen((reason) => resolve(reason as TransferFailure));
    const end = async (failure?: TransferFailure): Promise<void> => {
      resolve(failure);
      await turns();
    };
    attempts.push({ name: url.pathname, sink, halt, end });
    return await promise;
  }, limits);
  const brought: string[] = [];
  /** Asks for a file as a front door does; what isn't ahead is downloaded at once. */
  const ask = async (url: URL, sink: StreamSink) => {
    const failure = await ahead.take(url, sink, async () => {
      brought.push(url.pathname);
      return await Promise.resolve({ failure: undefined, hasStarted: true });
    });
    await turns();
    return failure;
  };
  return { ahead, attempts, ask, brought, names: () => attempts.map(({ name }) => name) };
}

/** What is to be done at the end of a turn is done after two timers. */
async function turns(): Promise<void> {
  for (const _ of [1, 2]) await after(0);
}

/** A sink that takes its time for each chunk. */
class SlowSink implements StreamSink {
  readonly words: string[] = [];
  position = 0;

  begin(): void {
    this.position = 0;
  }

  start(total: number | undefined): void {
    this.words.push(`total ${total}`);
  }

  async write(chunk: Uint8Array): Promise<void> {
    await after(1);
    this.position += chunk.length;
    this.words.push(Buffer.from(chunk).toString());
  }
}

const fileOf = (name: string, size = 20_000): ExpectedFile => ({ url: new URL(`http://mirror/core/${name}`), size });
const url = (name: string): URL => new URL(`http://mirror/core/${name}`);
const failed = new TransferFailure('http', 'The server answered with status 404');

describe('FilesAhead', () => {
  it('starts expected files after a request for a neighbour, up to the limit, in order', async () => {
    const { ahead, ask, attempts, brought, names } = downloader();
    ahead.expect(['a', 'b', 'c', 'd'].map((name) => fileOf(name)));
    expect(names()).toEqual([]);
    expect(await ask(url('a'), new SlowSink())).toBeUndefined();
    expect({ ahead: names(), brought }).toEqual({ ahead: ['/core/b', '/core/c'], brought: ['/core/a'] });
    await attempts[0]?.end();
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
  });

  it('accepts a list after the request for the first file, and leaves out that file', async () => {
    const { ahead, ask, names } = downloader();
    await ask(url('a'), new SlowSink());
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    expect(names()).toEqual(['/core/b']);
  });

  it.each([0, 1, 2, 3, 4])('hands over all bytes in order if %i of 4 chunks came before', async (before) => {
    const { ahead, ask, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b')]);
    await ask(url('a'), new SlowSink());
    const { sink, end } = attempts[0] as Attempted;
    const chunks = ['1', '2', '3', '4'];
    const write = (chunk: string) => sink.write(Buffer.from(chunk));
    sink.begin(false);
    if (before > 0) sink.start(4, undefined);
    for (const chunk of chunks.slice(0, before)) void write(chunk);
    const target = new SlowSink();
    const taken = ask(url('b'), target);
    if (before === 0) sink.start(4, undefined);
    for (const chunk of chunks.slice(before)) {
      await write(chunk);
      await after(2);
    }
    await end();
    expect(await taken).toBeUndefined();
    const [first, ...rest] = target.words;
    expect({ first, rest: rest.join('') }).toEqual({ first: 'total 4', rest: '1234' });
  });

  it('stays within its limit of bytes, and continues after a file is taken', async () => {
    const { ahead, ask, attempts, names } = downloader({ parallel: 9, maxBytes: 50_000 });
    ahead.expect(['a', 'b', 'c', 'd'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/c']);
    attempts[0]?.sink.start(0, undefined);
    await attempts[0]?.end();
    expect(names()).toHaveLength(2);
    await ask(url('b'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
  });

  it('keeps no more bytes of a file than the list states', async () => {
    const { ahead, ask, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b', 3)]);
    await ask(url('a'), new SlowSink());
    const { sink } = attempts[0] as Attempted;
    sink.start(undefined, undefined);
    expect(() => sink.write(Buffer.from('1234'))).toThrow(/larger than 3 bytes/);
  });

  it('counts each file with 16 KiB at least', async () => {
    const { ahead, ask, names } = downloader({ parallel: 99, maxBytes: 50_000 });
    ahead.expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fileOf(name, 1)));
    await ask(url('a'), new SlowSink());
    expect(names()).toHaveLength(3);
  });

  it('keeps little more bytes than a file has, however small its pieces and large their buffers are', async () => {
    const { ahead, ask, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b')]);
    await ask(url('a'), new SlowSink());
    const { sink, end } = attempts[0] as Attempted;
    sink.start(undefined, undefined);
    const large = Buffer.alloc(1 << 20, 'x');
    for (let at = 0; at < 20_000; at++) void sink.write(large.subarray(at, at + 1));
    await end();
    const target = new SlowSink();
    const written = vi.spyOn(target, 'write');
    expect(await ask(url('b'), target)).toBeUndefined();
    expect(target.position).toBe(20_000);
    const pieces = written.mock.calls.map(([piece]) => piece.buffer.byteLength);
    // The next power of two.
    expect(pieces).toEqual([32_768]);
  });

  it('uses the memory of a file again that was handed over', async () => {
    const { ahead, ask, attempts } = downloader({ parallel: 1, maxBytes: 1_000_000 });
    ahead.expect(['a', 'b', 'c'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    const memories = new Set<ArrayBufferLike>();
    const texts: string[] = [];
    for (const [at, name] of ['b', 'c'].entries()) {
      const { sink, end } = attempts[at] as Attempted;
      sink.start(undefined, undefined);
      void sink.write(Buffer.alloc(20_000, name));
      await end();
      const target = new SlowSink();
      const written = vi.spyOn(target, 'write');
      expect(await ask(url(name), target)).toBeUndefined();
      for (const [piece] of written.mock.calls) memories.add(piece.buffer);
      texts.push(target.words.slice(1).join(''));
    }
    expect(texts).toEqual(['b'.repeat(20_000), 'c'.repeat(20_000)]);
    expect(memories.size).toBe(1);
  });

  it('begins no other file while 8 MiB of complete ones wait', async () => {
    const { ahead, ask, attempts, names } = downloader({ parallel: 2, maxBytes: 48 << 20 });
    ahead.expect(['a', 'b', 'c', 'd', 'e'].map((name) => fileOf(name, 5 << 20)));
    await ask(url('a'), new SlowSink());
    await attempts[0]?.end();
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
    await attempts[1]?.end();
    expect(names()).toHaveLength(3);
    attempts[0]?.sink.start(0, undefined);
    await ask(url('b'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d', '/core/e']);
  });

  it('begins another file only after the end of one was passed on', async () => {
    const { ahead, ask, attempts, names } = downloader({ parallel: 1, maxBytes: 1_000_000 });
    ahead.expect(['a', 'b', 'c'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    const taken = ahead.take(url('b'), new SlowSink(), async () => await Promise.reject(new Error('it is there')));
    const { sink, end } = attempts[0] as Attempted;
    sink.start(0, undefined);
    const then = taken.then(() => names());
    await end();
    expect(await then).toEqual(['/core/b']);
    expect(names()).toEqual(['/core/b', '/core/c']);
  });

  it('copies each chunk, whose memory is used again', async () => {
    const { ahead, ask, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b', 900_000)]);
    await ask(url('a'), new SlowSink());
    const { sink, end } = attempts[0] as Attempted;
    sink.start(undefined, undefined);
    const chunk = new Uint8Array(300_000);
    for (const byte of [1, 2, 3]) void sink.write(chunk.fill(byte));
    chunk.fill(4);
    await end();
    const target = new SlowSink();
    const written: Buffer[] = [];
    vi.spyOn(target, 'write').mockImplementation(async (piece) => {
      written.push(Buffer.from(piece));
      await after(0);
    });
    expect(await ask(url('b'), target)).toBeUndefined();
    const all = Buffer.concat([1, 2, 3].map((byte) => Buffer.alloc(300_000, byte)));
    expect(Buffer.concat(written).equals(all)).toBe(true);
  });

  it('starts one file less while pacman downloads a file that was not ahead', async () => {
    const { ahead, names } = downloader();
    ahead.expect(['a', 'b', 'c'].map((name) => fileOf(name)));
    let end: (ending: { failure: undefined; hasStarted: boolean }) => void = () => {};
    const taken = ahead.take(url('a'), new SlowSink(), async () => await new Promise((resolve) => (end = resolve)));
    expect(names()).toEqual(['/core/b']);
    end({ failure: undefined, hasStarted: true });
    await taken;
    await turns();
    expect(names()).toEqual(['/core/b', '/core/c']);
  });

  it.each([
    ['503', new StatusFailure(503, 'mirror')],
    ['429', new StatusFailure(429, 'mirror')],
    ['no connection', new TransferFailure('connect', 'refused')],
  ])('stops for good if the server answers %s to a request of pacman', async (_, crowded) => {
    const { ahead, ask, attempts, brought, names } = downloader();
    ahead.expect(['a', 'b', 'c', 'd'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    const answers = [crowded, undefined];
    const bring = async () => await Promise.resolve({ failure: answers.shift(), hasStarted: false });
    expect(await ahead.take(url('x'), new SlowSink(), bring)).toBeUndefined();
    expect(attempts.map(({ halt }) => halt.reason !== undefined)).toEqual([true, true]);
    for (const name of ['b', 'd']) await ask(url(name), new SlowSink());
    expect({ ahead: names(), brought }).toEqual({
      ahead: ['/core/b', '/core/c'],
      brought: ['/core/a', '/core/b', '/core/d'],
    });
  });

  it.each([
    ['another failure', new StatusFailure(404, 'mirror'), false],
    ['a failure of a file that has begun', new StatusFailure(503, 'mirror'), true],
  ])('does not stop after %s', async (_, failure, hasStarted) => {
    const { ahead, ask, attempts } = downloader();
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    const bring = async () => await Promise.resolve({ failure, hasStarted });
    expect(await ahead.take(url('x'), new SlowSink(), bring)).toBe(failure);
    expect(attempts[0]?.halt.reason).toBeUndefined();
  });

  it('never starts a file that is larger than its limit, or without a size', async () => {
    const { ahead, ask, names } = downloader();
    ahead.expect([fileOf('a'), fileOf('huge', 1_000_001), fileOf('none', 0), fileOf('b')]);
    await ask(url('a'), new SlowSink());
    expect(names()).toEqual(['/core/b']);
  });

  it('leaves a failed file to its request, and stops after three failures in a row', async () => {
    const { ahead, ask, attempts, names } = downloader({ parallel: 1, maxBytes: 1_000_000 });
    ahead.expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    for (let number = 0; number < 3; number++) await attempts[number]?.end(failed);
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
    expect(await ask(url('b'), new SlowSink())).toBeUndefined();
    expect(names()).toHaveLength(3);
  });

  it('reports a failed file only if some of its bytes were handed over', async () => {
    const { ahead, ask, attempts, brought } = downloader();
    ahead.expect(['a', 'b', 'c'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    const taken = [ask(url('b'), new SlowSink()), ask(url('c'), new SlowSink())];
    attempts[0]?.sink.start(4, undefined);
    for (const { end } of attempts) await end(failed);
    expect({ taken: await Promise.all(taken), brought }).toEqual({
      taken: [failed, undefined],
      brought: ['/core/a', '/core/c'],
    });
  });

  it('reports a failure of the receiving sink', async () => {
    const { ahead, ask, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b')]);
    await ask(url('a'), new SlowSink());
    attempts[0]?.sink.start(1, undefined);
    void attempts[0]?.sink.write(Buffer.from('1'));
    const full = new TransferFailure('too-large', 'too large');
    const target = Object.assign(new SlowSink(), { write: () => Promise.reject(full) });
    const taken = ask(url('b'), target);
    await attempts[0]?.end();
    expect(await taken).toBe(full);
  });

  it('expects signatures after the first request for one, also for files that it has', async () => {
    const { ahead, ask, names } = downloader({ parallel: 9, maxBytes: 1 << 20 });
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    await ask(url('a'), new SlowSink());
    expect(names()).toEqual(['/core/b']);
    await ask(url('a.sig'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/b.sig']);
  });

  it('asks another server for the rest after a request to that server', async () => {
    const { ahead, ask, names } = downloader({ parallel: 1, maxBytes: 1_000_000 });
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    await ask(new URL('http://cache:8080/x/a'), new SlowSink());
    expect(names()).toEqual(['/x/b']);
  });

  it('does not ask for files of another directory', async () => {
    const { ahead, ask, names } = downloader();
    ahead.expect([fileOf('a'), { url: new URL('http://mirror/extra/b'), size: 1 }]);
    await ask(url('a'), new SlowSink());
    expect(names()).toEqual([]);
  });
});
