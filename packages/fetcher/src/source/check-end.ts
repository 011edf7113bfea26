import { TransferFailure } from '../errors/transfer-failure.js';
import type { Response } from '../http/request.js';

/**
 * Refuses a body that ends only with its connection (RFC 9112, 6.3, rule 8), where nothing else says that it is whole:
 * a connection that broke, or that somebody cut, TLS or not, looks the same as one that was closed.
 *
 * @param total - bytes that the file has, if anybody said it
 * @param isSummed - the parent has a sum of the whole file to compare with
 * @throws TransferFailure `protocol`
 */
export function checkEnd(response: Response, total: number | undefined, isSummed: boolean): void {
  if (total !== undefined || isSummed || response.header('transfer-encoding') !== undefined) return;
  const { host } = response.url;
  throw new TransferFailure('protocol', `${host} doesn't say how long its answer is; it takes a size or a SHA-256`);
}
