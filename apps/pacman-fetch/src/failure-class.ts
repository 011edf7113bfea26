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

/** What to do about a failure that has no hint of its own. */
export function hintOf(code: FetcherErrorCode): string | undefined {
  return hints[code];
}

const hints: Partial<Readonly<Record<FetcherErrorCode, string>>> = {
  'disk-full': 'Make room on the disk: "paccache -r" removes old packages.',
  redirect:
    'Open a web page first: the network may want a login. A port that mirrors redirect to can be named by SandboxPorts in pacman-fetch.conf.',
  'wrong-size':
    'Open a web page first: the network may want a login. Otherwise run "pacman-fetch refresh": the database may be old.',
};
