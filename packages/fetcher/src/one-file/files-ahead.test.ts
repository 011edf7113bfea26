import { setTimeout as after } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { TransferFailure } from '../errors/transfer-failure.js';
import { type AheadLimits, type ExpectedFile, FilesAhead } from './files-ahead.js';
import type { StreamSink } from './kept-file.js';

/** What one attempt does; its steps are taken by the test. */
interface Attempted {
  readonly name: string;
  readonly sink: StreamSink;
  readonly end: (failure?: TransferFailure) => Promise<void>;
}

/** A downloader of files, and what it was asked for. */
function downloader(limits: AheadLimits = { parallel: 2, maxBytes: 1000 }) {
  const attempts: Attempted[] = [];
  const ahead = new FilesAhead(async (url, sink) => {
    let resolve: (failure?: TransferFailure) => void = () => {};
    const promise = new Promise<TransferFailure | undefined>((settle) => (resolve = settle));
    const end = async (failure?: TransferFailure): Promise<void> => {
      resolve(failure);
      await after(0);
    };
    attempts.push({ name: url.pathname, sink, end });
    return await promise;
  }, limits);
  return { ahead, attempts, names: () => attempts.map(({ name }) => name) };
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

const fileOf = (name: string, size = 100): ExpectedFile => ({ url: new URL(`http://mirror/core/${name}`), size });
const url = (name: string): URL => new URL(`http://mirror/core/${name}`);
const failed = new TransferFailure('http', 'The server answered with status 404');

describe('FilesAhead', () => {
  it('begins what is expected once a neighbour was asked for, so many at once, in order', async () => {
    const { ahead, attempts, names } = downloader();
    ahead.expect(['a', 'b', 'c', 'd'].map((name) => fileOf(name)));
    expect(names()).toEqual([]);
    expect(await ahead.take(url('a'), new SlowSink())).toBeUndefined();
    expect(names()).toEqual(['/core/b', '/core/c']);
    await attempts[0]?.end();
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
  });

  it('hears of the list after the first file was asked for, and leaves that out', async () => {
    const { ahead, names } = downloader();
    await ahead.take(url('a'), new SlowSink());
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    expect(names()).toEqual(['/core/b']);
  });

  it.each([0, 1, 2, 3, 4])('hands over all bytes in order, where %i of 4 chunks have come before', async (before) => {
    const { ahead, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b')]);
    await ahead.take(url('a'), new SlowSink());
    const { sink, end } = attempts[0] as Attempted;
    const chunks = ['1', '2', '3', '4'];
    const write = (chunk: string) => sink.write(Buffer.from(chunk));
    sink.begin(false);
    if (before > 0) sink.start(4, undefined);
    for (const chunk of chunks.slice(0, before)) void write(chunk);
    const target = new SlowSink();
    const taken = ahead.take(url('b'), target);
    if (before === 0) sink.start(4, undefined);
    for (const chunk of chunks.slice(before)) {
      await write(chunk);
      await after(2);
    }
    await end();
    expect(await taken).toEqual({ failure: undefined });
    expect(target).toMatchObject({ words: ['total 4', ...chunks], position: 4 });
  });

  it('keeps within its bytes, and goes on when a file is taken', async () => {
    const { ahead, attempts, names } = downloader({ parallel: 9, maxBytes: 250 });
    ahead.expect(['a', 'b', 'c', 'd'].map((name) => fileOf(name)));
    await ahead.take(url('a'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/c']);
    attempts[0]?.sink.start(0, undefined);
    await attempts[0]?.end();
    expect(names()).toHaveLength(2);
    await ahead.take(url('b'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
  });

  it('keeps no more of a file than the list says', async () => {
    const { ahead, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b', 3)]);
    await ahead.take(url('a'), new SlowSink());
    const { sink } = attempts[0] as Attempted;
    sink.start(undefined, undefined);
    expect(() => sink.write(Buffer.from('1234'))).toThrow(/larger than 3 bytes/);
  });

  it('never begins what is larger than all that it may keep, or what has no size', async () => {
    const { ahead, names } = downloader();
    ahead.expect([fileOf('a'), fileOf('huge', 1001), fileOf('none', 0), fileOf('b')]);
    await ahead.take(url('a'), new SlowSink());
    expect(names()).toEqual(['/core/b']);
  });

  it('leaves a file that has failed to who asks for it, and stops after three in a row', async () => {
    const { ahead, attempts, names } = downloader({ parallel: 1, maxBytes: 1000 });
    ahead.expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fileOf(name)));
    await ahead.take(url('a'), new SlowSink());
    for (let number = 0; number < 3; number++) await attempts[number]?.end(failed);
    expect(names()).toEqual(['/core/b', '/core/c', '/core/d']);
    expect(await ahead.take(url('b'), new SlowSink())).toBeUndefined();
    expect(names()).toHaveLength(3);
  });

  it('says that a file has failed of which bytes were handed over, and of none otherwise', async () => {
    const { ahead, attempts } = downloader();
    ahead.expect(['a', 'b', 'c'].map((name) => fileOf(name)));
    await ahead.take(url('a'), new SlowSink());
    const taken = [ahead.take(url('b'), new SlowSink()), ahead.take(url('c'), new SlowSink())];
    attempts[0]?.sink.start(4, undefined);
    for (const { end } of attempts) await end(failed);
    expect(await Promise.all(taken)).toEqual([{ failure: failed }, undefined]);
  });

  it('says so if who asks for it takes no more', async () => {
    const { ahead, attempts } = downloader();
    ahead.expect([fileOf('a'), fileOf('b')]);
    await ahead.take(url('a'), new SlowSink());
    attempts[0]?.sink.start(1, undefined);
    void attempts[0]?.sink.write(Buffer.from('1'));
    const full = new TransferFailure('too-large', 'too large');
    const target = Object.assign(new SlowSink(), { write: () => Promise.reject(full) });
    const taken = ahead.take(url('b'), target);
    await attempts[0]?.end();
    expect(await taken).toEqual({ failure: full });
  });

  it('expects signatures once one was asked for, also of what it has', async () => {
    const { ahead, names } = downloader({ parallel: 9, maxBytes: 1 << 20 });
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    await ahead.take(url('a'), new SlowSink());
    expect(names()).toEqual(['/core/b']);
    await ahead.take(url('a.sig'), new SlowSink());
    expect(names()).toEqual(['/core/b', '/core/b.sig']);
  });

  it('asks another server for the rest once another one is asked', async () => {
    const { ahead, names } = downloader({ parallel: 1, maxBytes: 1000 });
    ahead.expect(['a', 'b'].map((name) => fileOf(name)));
    await ahead.take(new URL('http://cache:8080/x/a'), new SlowSink());
    expect(names()).toEqual(['/x/b']);
  });

  it('asks nobody of another folder', async () => {
    const { ahead, names } = downloader();
    ahead.expect([fileOf('a'), { url: new URL('http://mirror/extra/b'), size: 1 }]);
    await ahead.take(url('a'), new SlowSink());
    expect(names()).toEqual([]);
  });
});
