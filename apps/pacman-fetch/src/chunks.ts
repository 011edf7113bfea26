import { read } from 'node:fs';
import { promisify } from 'node:util';

const readSome = promisify(read);

/** Bytes of a chunk. */
const size = 1 << 20;

/**
 * Reads a file from where it stands to its end: in between signals are heard, so that nobody who made it large keeps this
 * process.
 *
 * @param descriptor - to read; stays open meanwhile
 * @param signal - ends it
 * @returns chunks, each good until the next is asked for
 * @throws the reason of the signal, once that is aborted; Error of the system
 */
export async function* chunksOf(descriptor: number, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.alloc(size);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await readSome(descriptor, buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
