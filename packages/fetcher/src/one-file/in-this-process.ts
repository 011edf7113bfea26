/**
 * One file, downloaded by the process that is running: for programs that restrict themselves. What parses the network is
 * the worker's own code.
 */
import type { SandboxOptions } from '@sb/sandbox';

import { confinement } from '../sandbox/confinement.js';
import { documentPlace } from '../values/readers.js';
import { readCompleted } from '../sandbox/readers.js';
import { FileSink } from './file-sink.js';
import { connectionsOf } from '../http/trusted-connections.js';
import { copy } from '../source/copy.js';
import { Deadline } from '../source/deadline.js';
import { download, type Started } from '../source/download.js';
import { eventsReader } from './readers.js';
import type { OneFileEvents, OneFileRequest, OneFileResult } from './options.js';
import { planOneFile } from './plan.js';

export { defaultLimits, type Limits } from '../values/limits.js';
export { failureOf } from '../http/failure-of.js';
export { TransferFailure } from '../errors/transfer-failure.js';
export { GatheredBytes } from '../channel/gathered-bytes.js';
export { tooLargeFor } from '../source/sink.js';
export { proxiesOf } from '../http/proxies.js';
export type { AheadLimits, ExpectedFile } from './files-ahead.js';
export type { StreamSink } from './kept-file.js';
export { isMissing } from '../source/status-failure.js';
export { type MirrorsOf, OneAfterAnother, type StreamRequest } from './one-after-another.js';
export type { OneFileEvents, OneFileRequest, OneFileResult } from './options.js';

/**
 * What this process can be restricted to before {@link downloadInThisProcess}: nothing that it can write, TCP connections to the
 * ports of the request and its proxies only, threads but no processes, and no file larger than the request's may be.
 *
 * @param request - with its file open already
 * @param base - user, levels, and other choices than these
 * @throws FetcherError `invalid-request`, also for a proxy that can't be used
 */
export function confinementOfThisProcess(request: OneFileRequest, base: SandboxOptions): SandboxOptions {
  readCompleted(base, documentPlace('base'));
  const {
    request: { maxBytes },
    ports,
    proxies,
  } = planOneFile(request);
  // A child could be the one program that is started; here there is none to start. This process is undumpable, which
  // keeps others of its user out wherever no group can be had, too.
  const own = base.user === undefined ? base : ({ ...base, privateGroup: base.privateGroup ?? 'off' } as const);
  const { execOnce: _, ...options } = confinement(own, ports, proxies.ports);
  // The file is this process's own to write.
  return { ...options, rlimits: { core: 0, fsize: maxBytes } };
}

/**
 * Downloads one URL into one open file. What the file holds is kept only if the server confirms that it is the start of
 * the same file.
 *
 * @throws TransferFailure; what was received stays in the file for another attempt
 * @throws the reason of the signal, once that is aborted
 * @throws FetcherError `invalid-request`, also for a proxy that can't be used
 */
export async function downloadInThisProcess(request: OneFileRequest, events: OneFileEvents): Promise<OneFileResult> {
  const { signal, onProgress } = eventsReader.read(events, documentPlace('events'));
  const { request: read, file, ports, proxies } = planOneFile(request);
  const { url, maxBytes, limits, userAgent, certificates } = read;
  const sink = new FileSink(read.descriptor, maxBytes);
  using deadline = new Deadline(limits.timeout);
  const { connectTimeout } = limits;
  let lastModified: number | null = null;
  let total: number | undefined;
  const task = {
    url,
    sink,
    maxBytes,
    size: null,
    isSummed: false,
    resume: file.resume,
    modifiedSince: null,
    limits,
    deadline: AbortSignal.any([deadline.signal, signal]),
    ports,
    userAgent,
    connections: connectionsOf({ connectTimeout, parallel: 1, proxies: proxies.rules }, certificates),
    onStart: (started: Started) => {
      lastModified = started.lastModified ?? null;
      total = started.total;
      onProgress(sink.position, total);
    },
    onProgress: (received: number) => onProgress(received, total),
  };
  await (url.protocol === 'file:' ? copy({ ...task, descriptor: read.source }) : download(task));
  return { size: sink.position, lastModified };
}
