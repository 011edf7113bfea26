import type { Writable } from 'node:stream';

/**
 * Writes pieces to a stream, together and after all that waits there.
 *
 * @returns a promise to await before the memory of the pieces is used again; undefined if everything was written at once
 */
export function writeTogether(stream: Writable, pieces: readonly (Uint8Array | string)[]): Promise<void> | undefined {
  let written: () => void = () => {};
  const last = pieces.length - 1;
  stream.cork();
  for (const [index, piece] of pieces.entries()) {
    if (index === last) stream.write(piece, () => written());
    else stream.write(piece);
  }
  // Words of the same turn may have been held back.
  while (stream.writableCorked > 0) stream.uncork();
  if (stream.writableLength === 0) return undefined;
  return new Promise((resolve) => {
    written = resolve;
  });
}
