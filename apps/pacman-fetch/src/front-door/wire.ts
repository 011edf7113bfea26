/**
 * The protocol between this process and a front door (`native/front/wire.h` is the other side). A request is a line:
 * the most bytes of the file, a blank, the URL. An answer consists of words, each a header of 16 bytes in the byte
 * order of the machine. After the headers of `data`, `failed` and `missing` follow as many bytes as they announce.
 */

import { parsedUrl } from '../url.js';

/** The kinds of words. */
export const wireKinds = {
  /** Every layer is in force; sent once. */
  ready: 'R',
  /** A new process must download this. */
  elsewhere: 'N',
  started: 'S',
  time: 'T',
  data: 'D',
  end: 'E',
  failed: 'F',
  /** The same, because the server does not have it. */
  missing: 'M',
} as const;

/** A flag in the value of `ready`: no server is too slow. */
export const disableTimeoutFlag = 1n;

/** The value of `started` if the server does not give the size of the file. */
export const unknownTotal = 0xffff_ffff_ffff_ffffn;

/** The most bytes after one word. */
export const maxDataBytes = 256 * 1024;

/** The most bytes of a text. */
export const maxWireText = 2048;

/** The most bytes of a request, with its line feed. */
const maxRequest = 2048 + 32;

/** One word without the bytes after it. x86-64 and AArch64, for which the front door is built, are little-endian. */
export function wireHeader(kind: keyof typeof wireKinds, value: number | bigint): Buffer {
  // Every byte of it is written below.
  const header = Buffer.allocUnsafe(16);
  header.writeUInt32LE(wireKinds[kind].charCodeAt(0), 0);
  header.writeUInt32LE(0, 4);
  if (typeof value === 'bigint') {
    header.writeBigUInt64LE(value, 8);
    return header;
  }
  // Each header is waited for, and these are faster than a bigint.
  header.writeUInt32LE(value % 2 ** 32, 8);
  header.writeUInt32LE(Math.floor(value / 2 ** 32), 12);
  return header;
}

/** The request of a front door. */
export interface FrontRequest {
  readonly url: URL;
  readonly maxBytes: number;
}

/**
 * Reads one request.
 *
 * @param line - without its line feed
 * @returns undefined for a text that no front door sends
 */
export function readRequest(line: string): FrontRequest | undefined {
  const found = /^(\d{1,16}) (https?:\/\/[\x21-\x7E]+)$/.exec(line);
  const [, size = '', text = ''] = found ?? [];
  if (found === null || line.length >= maxRequest) return undefined;
  const url = parsedUrl(text);
  const maxBytes = Number(size);
  return url !== undefined && Number.isSafeInteger(maxBytes) ? { url, maxBytes } : undefined;
}
