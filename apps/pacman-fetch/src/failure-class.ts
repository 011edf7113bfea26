import type { FetcherErrorCode } from '@sb/fetcher';

import type { FailureClass } from './errors.js';

/**
 * What kind of failure each error code of `@sb/fetcher` is, and with that the exit status. A code that is added there is
 * an error of types here until somebody has decided.
 */
export const failureClasses: Readonly<Record<FetcherErrorCode, FailureClass>> = {
  dns: 'download',
  connect: 'download',
  proxy: 'download',
  tls: 'download',
  redirect: 'download',
  source: 'download',
  http: 'download',
  protocol: 'download',
  truncated: 'download',
  'too-large': 'download',
  'too-slow': 'download',
  slower: 'download',
  'wrong-size': 'download',
  checksum: 'download',
  file: 'file',
  'disk-full': 'file',
  timeout: 'download',
  'invalid-request': 'usage',
  sandbox: 'sandbox',
  'worker-lied': 'download',
  'worker-died': 'download',
  cancelled: 'download',
};
