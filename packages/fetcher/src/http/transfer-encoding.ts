import { TransferFailure } from '../errors/transfer-failure.js';

/**
 * Refuses a body that is encoded for its transfer other than in chunks: nobody asked for it (RFC 9112, 7.4), undici
 * leaves it as it is, and it would be taken for the file.
 *
 * @param encoding - the answer's Transfer-Encoding
 * @param host - who answered, for the message
 * @throws TransferFailure `protocol`
 */
export function checkTransferEncoding(encoding: string | undefined, host: string): void {
  if (encoding === undefined || /^[\t ]*chunked[\t ]*$/i.test(encoding)) return;
  throw new TransferFailure('protocol', `${host} encodes its answer in a way that nobody asked for`);
}
