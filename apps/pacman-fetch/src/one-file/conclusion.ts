import type { FetcherErrorCode } from '@sb/fetcher';
import type { OneFileResult } from '@sb/fetcher/in-this-process';

import { FetchError } from '../errors.js';
import { serverFailure } from '../ui/messages.js';
import { failureClasses, hintOf } from '../failure-class.js';
import { asFetchError } from './files.js';
import { isPage } from './page.js';
import type { Run } from './run.js';

/**
 * Checks the content of FILE, and finishes it.
 *
 * @throws FetchError `file`; `download` for a page in place of a database or a signature
 */
export function complete({ destination, request }: Run, { size, lastModified }: OneFileResult): void {
  try {
    destination.requireSize(size, request.maxBytes);
    if (isPage(destination)) {
      destination.content.truncate();
      const reason = 'The server has a different file: it begins as a web page';
      const text = serverFailure({ name: destination.name, host: hostOf(request.url), reason });
      throw new FetchError('download', text, 'Check whether the network requires a login.');
    }
    destination.prepare({ modified: lastModified === null ? undefined : new Date(lastModified) });
    destination.publish();
  } catch (error) {
    throw asFetchError(error);
  }
}

/** The fields of errors of `@sb/fetcher`, from any copy of it. */
type FetcherFailure = Error & {
  readonly kind?: FetcherErrorCode;
  readonly code?: FetcherErrorCode;
  readonly hint?: string;
};

/** Returns the failure as this program reports it; any unexpected error is returned as it is. */
export function failureOf(run: Run, error: unknown): unknown {
  if (!(error instanceof Error) || !['TransferFailure', 'FetcherError'].includes(error.name)) return error;
  const { kind, code = kind, message, hint } = error as FetcherFailure;
  const { destination, request } = run;
  const failureClass = code === undefined ? 'download' : failureClasses[code];
  if (failureClass === 'sandbox') return new FetchError('sandbox', message, hint);
  if (failureClass === 'file') {
    const kept = keptHint(run);
    const remedy = code === 'disk-full' ? ['Make room on the disk.', kept].join(' ').trimEnd() : (kept ?? hint);
    return new FetchError('file', `${destination.path}: ${message}`, remedy);
  }
  const text = serverFailure({ name: destination.name, host: hostOf(request.url), reason: message });
  return new FetchError(
    'download',
    text,
    hint ?? keptHint(run) ?? (code === undefined ? undefined : hintOf(code, message)),
  );
}

/** The host of a file of this machine is `disk`, as in pacman. */
function hostOf({ protocol, host }: URL): string {
  return protocol === 'file:' ? 'disk' : host;
}

function keptHint({ destination: { size, path }, request }: Run): string | undefined {
  if (size === 0 || !request.mayResume) return undefined;
  return `${size} bytes are kept in ${path}; the next attempt resumes after them.`;
}
