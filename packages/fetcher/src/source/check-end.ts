import { TransferFailure } from '../errors/transfer-failure.js';
import type { Response } from '../http/request.js';

/**
 * Refuses a body that ends only with its connection (RFC 9112, 6.3, rule 8), if nothing else shows that it is complete.
 * A broken or cut connection, with or without TLS, looks like a closed one.
 *
 * @param total - bytes that the file has, if known
 * @param isSummed - the parent has a checksum of the whole file to compare with
 * @throws TransferFailure `protocol`
 */
export function checkEnd(response: Response, total: number | undefined, isSummed: boolean): void {
  if (total !== undefined || isSummed || response.header('transfer-encoding') !== undefined) return;
  const { host } = response.url;
  throw new TransferFailure(
    'protocol',
    `${host} gives no valid length of the file; without a size or a SHA-256, nothing shows that it is complete`,
  );
}
