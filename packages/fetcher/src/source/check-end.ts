import { TransferFailure } from '../errors/transfer-failure.js';
import type { Response } from '../http/request.js';

/** What else shows that a file is complete. */
interface Known {
  /** Bytes that the file has, if known. */
  readonly total: number | undefined;
  /** Whether the parent has a checksum of the whole file to compare with. */
  readonly isSummed: boolean;
}

/** Whether a body ends only with its connection (RFC 9112, 6.3, rule 8), and nothing else shows that it is complete. */
export function endsUnproven(response: Response, { total, isSummed }: Known): boolean {
  const isFramed = response.header('transfer-encoding') !== undefined;
  return total === undefined && !isSummed && !isFramed && !response.provesEnd;
}

/**
 * Refuses a body of which nothing shows that it is complete. A broken or cut connection looks like a closed one, except
 * where the end within TLS is examined (RFC 9112, 9.8).
 *
 * @throws TransferFailure `protocol`
 */
export function checkEnd(response: Response, known: Known): void {
  if (!endsUnproven(response, known)) return;
  const { host } = response.url;
  throw new TransferFailure(
    'protocol',
    `${host} gives no valid length of the file; without a size or a SHA-256, nothing shows that it is complete`,
  );
}
