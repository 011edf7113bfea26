import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { writeTogether } from './write-together.js';

/** A stream that has written everything at once, or waits. */
function target(isFull: boolean) {
  const writes: string[] = [];
  let written: () => void = () => {};
  const stream = new Writable({
    decodeStrings: true,
    writev: (chunks, done) => {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join('|'));
      written = () => done();
      if (!isFull) done();
    },
  });
  return { stream, writes, finish: () => written() };
}

describe('writeTogether', () => {
  it('writes all pieces in one call, after what was held back', () => {
    const { stream, writes } = target(false);
    stream.cork();
    stream.write('a');
    expect(writeTogether(stream, ['b', Buffer.from('c')])).toBeUndefined();
    expect(writes).toEqual(['a|b|c']);
    stream.uncork();
    stream.write('d');
    expect(writes).toEqual(['a|b|c', 'd']);
  });

  it('promises when they are written, if that takes a while', async () => {
    const { stream, writes, finish } = target(true);
    let isWritten = false;
    const promise = writeTogether(stream, ['a', 'b'])?.then(() => (isWritten = true));
    await new Promise(setImmediate);
    expect({ isWritten, writes }).toEqual({ isWritten: false, writes: ['a|b'] });
    finish();
    await promise;
    expect(isWritten).toBe(true);
  });
});
