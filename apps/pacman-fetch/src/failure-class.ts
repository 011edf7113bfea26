import type { FetcherErrorCode } from '@sb/fetcher';

import type { FailureClass } from './errors.js';

/**
 * The class of each error code of `@sb/fetcher`, and by that the exit status. A code that is added there is a type
 * error here until it has a class.
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
 * What to do about a failure without its own hint.
 *
 * @param message - says why a redirect was refused: for its port, or for a reason that no directive changes
 */
export function hintOf(code: FetcherErrorCode, message: string): string | undefined {
  return code === 'redirect' && !message.endsWith(refusedPort) ? undefined : hints[code];
}

/** The wording of `@sb/fetcher`, and of native/front/download.c. */
const refusedPort = ', which is not allowed';

const hints: Partial<Readonly<Record<FetcherErrorCode, string>>> = {
  'disk-full': 'Make room on the disk: "paccache -r" removes old packages.',
  redirect:
    'Check whether the network requires a login. To allow another port of mirrors, add it to SandboxPorts in pacman-fetch.conf.',
  'wrong-size':
    'Check whether the network requires a login. If not, run "pacman-fetch refresh": the database may be old.',
};
