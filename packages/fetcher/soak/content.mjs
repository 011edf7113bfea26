// What the files of the soak test hold.
// @ts-check
import { createHash } from 'node:crypto';

/** A file is made of blocks of so many bytes, and what is left. */
export const blockBytes = 256 * 1024;

// Bytes without a pattern (a linear congruential generator), the same in every process.
const noise = Buffer.alloc(blockBytes);
for (let at = 0, state = 1; at < blockBytes; at += 4) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  noise.writeUInt32LE(state, at);
}

/**
 * One block of a file; it says whose and which it is, so that none can stand for another.
 *
 * @param {number} name of the file
 * @param {number} index of the block
 */
export function blockOf(name, index) {
  const block = Buffer.from(noise);
  block.writeDoubleLE(name, 0);
  block.writeDoubleLE(index, 8);
  return block;
}

/**
 * The SHA-256 of a file.
 *
 * @param {number} name
 * @param {number} bytes
 */
export function sha256Of(name, bytes) {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes; at += blockBytes) hash.update(blockOf(name, at / blockBytes).subarray(0, bytes - at));
  return hash.digest('hex');
}
