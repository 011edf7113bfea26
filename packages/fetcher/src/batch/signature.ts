import type { WorkerSignature } from '../channel/messages.js';
import type { CheckedRequest } from '../request/check.js';
import { LocalSources } from '../disk/local-sources.js';
import { Destination } from '../disk/destination.js';
import { signatureUrl } from '../values/signature-url.js';

/** The signature of a file on its way. */
export interface SignatureJob {
  readonly part: Destination;
  readonly local: LocalSources;
  readonly request: NonNullable<CheckedRequest['signature']>;
  /** Nothing is to come if neither the file nor it has changed since. */
  readonly modifiedSince: number | null;
}

/**
 * Opens what a request needs for its signature. It is small, and begins anew each time.
 *
 * @returns undefined if none is asked for
 * @throws FetcherError `file`
 */
export function openSignature(request: CheckedRequest): SignatureJob | undefined {
  const { signature, sources, to, ifModifiedSince } = request;
  if (signature === undefined) return undefined;
  const part = Destination.beside(`${to}${signature.suffix}`);
  part.content.truncate();
  const local = new LocalSources(sources.map((source) => signatureUrl(source, source, signature.suffix)));
  const modifiedSince = ifModifiedSince === 'local' ? part.finalTime : null;
  return { part, local, request: signature, modifiedSince };
}

/**
 * What a worker is told of a signature.
 *
 * @param left - places of the sources that are left
 * @param handOver - takes a descriptor to read from and gives the number that it has in the worker
 */
export function workerSignature(
  { local, request, modifiedSince }: SignatureJob,
  left: readonly number[],
  handOver: (descriptor: number) => number,
): WorkerSignature {
  const { suffix, maxBytes, optional } = request;
  return { suffix, maxBytes, optional, modifiedSince, opened: local.handOver(left, handOver) };
}
