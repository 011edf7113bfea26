import { describe, expect, it } from 'vitest';

import { KeptFile, type StreamSink } from './kept-file.js';

/** A sink that counts the bytes of each chunk. */
class Counted implements StreamSink {
  readonly lengths: number[] = [];
  readonly bytes: Buffer[] = [];
  readonly position = 0;

  begin(): void {}

  start(): void {}

  write(chunk: Uint8Array): undefined {
    this.lengths.push(chunk.length);
    this.bytes.push(Buffer.from(chunk));
  }
}

const KiB = 1024;

describe('KeptFile', () => {
  it.each([
    [1, [1]],
    [100 * KiB, [100 * KiB]],
    [128 * KiB, [64 * KiB, 64 * KiB]],
    [600 * KiB, [64 * KiB, 192 * KiB, 256 * KiB, 88 * KiB]],
  ])('hands the first of %i bytes over before the rest of their block', async (size, lengths) => {
    const content = Buffer.from(Uint8Array.from({ length: size }, (_, at) => at % 251));
    const kept = new KeptFile(size);
    kept.begin();
    kept.start(size, undefined);
    void kept.write(content);
    const sink = new Counted();
    await kept.handTo(sink);
    expect(sink.lengths).toEqual(lengths);
    expect(Buffer.concat(sink.bytes).equals(content)).toBe(true);
  });
});
