import { TransferFailure } from '../errors/transfer-failure.js';

/** What is known of a file's size before it comes, in bytes. */
export interface ExpectedSize {
  readonly maxBytes: number;
  readonly size: number | null;
}

/**
 * Refuses a file before its first byte where its size can't be right: what is there already stays as it is.
 *
 * @param host - who has it, for the message
 * @param total - bytes that it is said to have; undefined if nothing was said
 * @throws TransferFailure `too-large`, `wrong-size`
 */
export function checkSize({ maxBytes, size }: ExpectedSize, host: string, total: number | undefined): void {
  if (total === undefined) return;
  if (total > maxBytes) {
    throw new TransferFailure('too-large', `${host} has ${total} bytes, and ${maxBytes} are allowed`);
  }
  if (size !== null && total !== size) {
    throw new TransferFailure('wrong-size', `${host} has ${total} bytes, and not ${size}`);
  }
}
