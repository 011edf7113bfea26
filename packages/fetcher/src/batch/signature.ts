import type { WorkerSignature } from '../channel/messages.js';
import type { CheckedRequest } from '../request/check.js';
import { LocalSources } from '../disk/local-sources.js';
import { Destination } from '../disk/destination.js';
import type { OpenFolders } from '../disk/open-folders.js';
import { signatureUrl } from '../values/signature-url.js';

/** The signature of a file that is being downloaded. */
export interface SignatureJob {
  readonly part: Destination;
  readonly local: LocalSources;
  readonly request: NonNullable<CheckedRequest['signature']>;
  /** It is downloaded only if it or the file has changed since then. */
  readonly modifiedSince: number | null;
}

/**
 * Opens what a request needs for its signature. A signature is small, and is downloaded from the start each time.
 *
 * @param folders - the open directories of its batch
 * @returns undefined if no signature is requested
 * @throws FetcherError `file`
 */
export function openSignature(request: CheckedRequest, folders: OpenFolders): SignatureJob | undefined {
  const { signature, sources, to, ifModifiedSince } = request;
  if (signature === undefined) return undefined;
  const part = Destination.beside(`${to}${signature.suffix}`, folders);
  try {
    part.content.truncate();
    const modifiedSince = ifModifiedSince === 'local' ? part.finalTime : null;
    const local = new LocalSources(sources.map((source) => signatureUrl(source, source, signature.suffix)));
    return { part, local, request: signature, modifiedSince };
  } catch (error) {
    part.close();
    throw error;
  }
}

/**
 * Returns what a worker is told about a signature.
 *
 * @param left - indexes of the remaining sources
 * @param handOver - takes a descriptor to read from, and returns its number in the worker
 */
export function workerSignature(
  { local, request, modifiedSince }: SignatureJob,
  left: readonly number[],
  handOver: (descriptor: number) => number,
): WorkerSignature {
  const { suffix, maxBytes, optional } = request;
  return { suffix, maxBytes, optional, modifiedSince, opened: local.handOver(left, handOver) };
}
