import type * as Crypto from 'node:crypto';

import { readKernelFile } from './kernel-file.js';

/**
 * Returns Node's module for cryptography. It is loaded when it is first needed: that takes two milliseconds, which most
 * starts need not spend.
 */
export function lateCrypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}

/** A random UUID, of which all digits of the first and the last group are random (RFC 9562, version 4). */
const uuid = /^([\da-f]{8})-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{4}([\da-f]{8})\n?$/;

/**
 * Returns a random number that nobody can guess, from the kernel.
 *
 * @returns 64 bits
 * @see /proc/sys/kernel/random/uuid in random(4)
 */
export function randomNumber(): bigint {
  const [, high, low] = uuid.exec(kernelUuid()) ?? [];
  if (high !== undefined && low !== undefined) return BigInt(`0x${high}${low}`);
  return lateCrypto().randomBytes(8).readBigUInt64LE();
}

/** Without that file, or within a sandbox that denies it, it is an empty text. */
function kernelUuid(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readKernelFile('/proc/sys/kernel/random/uuid');
  } catch {
    return '';
  }
}
