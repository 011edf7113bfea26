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

/**
 * What to do about a failure that has no hint of its own.
 *
 * @param message - what a redirect was refused for: its port, or something that no directive changes
 */
export function hintOf(code: FetcherErrorCode, message: string): string | undefined {
  return code === 'redirect' && !message.endsWith(refusedPort) ? undefined : hints[code];
}

/** As `@sb/fetcher` says it, and native/front/download.c. */
const refusedPort = ', which is not allowed';

const hints: Partial<Readonly<Record<FetcherErrorCode, string>>> = {
  'disk-full': 'Make room on the disk: "paccache -r" removes old packages.',
  redirect: 'Does the network want a login? A port of mirrors can be named by SandboxPorts in pacman-fetch.conf.',
  'wrong-size': 'Does the network want a login? Otherwise run "pacman-fetch refresh": the database may be old.',
};
