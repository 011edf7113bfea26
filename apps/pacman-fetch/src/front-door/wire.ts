/**
 * What goes between this process and a front door (`native/front/wire.h` is the other side of it). A request is a line: the
 * bytes that the file may have, a blank, the URL. An answer is made of words, each a header of 16 bytes in the order of the
 * machine; behind `data`, `failed` and `missing` follow as many bytes as it announces.
 */

/** The kinds of words. */
export const wireKinds = {
  /** Every layer is in force; said once. */
  ready: 'R',
  /** This is for a process that is started anew. */
  elsewhere: 'N',
  started: 'S',
  time: 'T',
  data: 'D',
  end: 'E',
  failed: 'F',
  /** The same, since the server doesn't have it. */
  missing: 'M',
} as const;

/** What the value of `ready` may hold: no server is too slow. */
export const disableTimeoutFlag = 1n;

/** The value of `started` where the server doesn't say how long the file is. */
export const unknownTotal = 0xffff_ffff_ffff_ffffn;

/** Most bytes of a text. */
export const maxWireText = 2048;

/** Most bytes of a request, its line feed included. */
const maxRequest = 2048 + 32;

/** One word without what follows it. x86-64 and AArch64, which the front door is built for, begin with the lowest byte. */
export function wireHeader(kind: keyof typeof wireKinds, value: number | bigint): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(wireKinds[kind].charCodeAt(0), 0);
  header.writeBigUInt64LE(BigInt(value), 8);
  return header;
}

/** What a front door asks for. */
export interface FrontRequest {
  readonly url: URL;
  readonly maxBytes: number;
}

/**
 * Reads one request.
 *
 * @param line - without its line feed
 * @returns undefined for one that no front door makes
 */
export function readRequest(line: string): FrontRequest | undefined {
  const found = /^(\d{1,16}) (https?:\/\/[\x21-\x7E]+)$/.exec(line);
  const [, size = '', text = ''] = found ?? [];
  if (found === null || line.length >= maxRequest || !URL.canParse(text)) return undefined;
  const maxBytes = Number(size);
  return Number.isSafeInteger(maxBytes) ? { url: new URL(text), maxBytes } : undefined;
}
