import { TransferFailure } from '../errors/transfer-failure.js';

/**
 * Refuses a body with a transfer encoding other than chunked. It was not requested (RFC 9112, 7.4), undici does not
 * decode it, and it would be taken for the file.
 *
 * @param encoding - the answer's Transfer-Encoding
 * @param host - the server, for the message
 * @throws TransferFailure `protocol`
 */
export function checkTransferEncoding(encoding: string | undefined, host: string): void {
  if (encoding === undefined || /^[\t ]*chunked[\t ]*$/i.test(encoding)) return;
  throw new TransferFailure('protocol', `${host} uses a transfer encoding that was not requested`);
}
