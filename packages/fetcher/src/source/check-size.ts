import { TransferFailure } from '../errors/transfer-failure.js';

/** What is known about a file's size before its download, in bytes. */
export interface ExpectedSize {
  readonly maxBytes: number;
  readonly size: number | null;
}

/**
 * Refuses a file before its first byte if its size cannot be right: existing content stays unchanged.
 *
 * @param host - the server, for the message
 * @param total - its reported size in bytes; undefined if unknown
 * @throws TransferFailure `too-large`, `wrong-size`
 */
export function checkSize({ maxBytes, size }: ExpectedSize, host: string, total: number | undefined): void {
  if (total === undefined) return;
  if (total > maxBytes) {
    throw new TransferFailure('too-large', `the file on ${host} has ${total} bytes; at most ${maxBytes} are permitted`);
  }
  if (size !== null && total !== size) {
    throw new TransferFailure('wrong-size', `the file on ${host} has ${total} bytes instead of ${size}`);
  }
}
