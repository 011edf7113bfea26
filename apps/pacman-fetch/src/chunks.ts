import { read } from 'node:fs';
import { promisify } from 'node:util';

const readSome = promisify(read);

/** Size of a chunk, in bytes. */
const size = 1 << 20;

/**
 * Reads a file from its current position to its end. Signals are handled between chunks, so that a very large file
 * cannot block this process.
 *
 * @param descriptor - to read; stays open meanwhile
 * @param signal - stops the reading
 * @returns chunks, each valid until the next is asked for
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
