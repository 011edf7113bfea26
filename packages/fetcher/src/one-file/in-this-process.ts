/**
 * One file, downloaded by the current process: for programs that restrict themselves. The code of the worker parses the
 * network.
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
import { Stop, stopOf } from '../values/stop.js';
import { eventsReader } from './readers.js';
import type { OneFileEvents, OneFileRequest, OneFileResult } from './options.js';
import { planOneFile } from './plan.js';

export { failureOf } from '../http/failure-of.js';
export { TransferFailure } from '../errors/transfer-failure.js';
export { type FrameBytes, GatheredBytes } from '../channel/gathered-bytes.js';
export { writeTogether } from '../channel/write-together.js';
export { tooLargeFor } from '../source/sink.js';
export { proxiesOf } from '../http/proxies.js';
export type { AheadLimits } from './files-ahead.js';
export type { ExpectedFile } from './waiting-file.js';
export type { StreamSink } from './kept-file.js';
export { isMissing } from '../source/status-failure.js';
export { type MirrorsOf, OneAfterAnother, type StreamRequest } from './one-after-another.js';
export type { OneFileEvents, OneFileRequest, OneFileResult } from './options.js';

/**
 * Returns the restrictions that this process can apply before {@link downloadInThisProcess}. It may then write to
 * nothing, connect by TCP only to the ports of the request and its proxies, and start threads but not processes. No
 * file may become larger than the request permits.
 *
 * @param request - with its file open already
 * @param base - user, levels, and other choices than these
 * @throws FetcherError `invalid-request`, also for a proxy that cannot be used
 */
export function confinementOfThisProcess(request: OneFileRequest, base: SandboxOptions): SandboxOptions {
  readCompleted(base, documentPlace('base'));
  const {
    request: { maxBytes },
    ports,
    proxies,
  } = planOneFile(request);
  // A private group protects a child from other processes of its user. Here no child is started, and this process is
  // undumpable, which protects it also if no group is available.
  const own = base.user === undefined ? base : ({ ...base, privateGroup: base.privateGroup ?? 'off' } as const);
  const { execOnce: _, ...options } = confinement(own, ports, proxies.ports);
  // This process writes the file.
  return { ...options, rlimits: { core: 0, fsize: maxBytes } };
}

/**
 * Downloads one URL to one open file. The content of the file is kept only if the server confirms that it is the start
 * of the same file.
 *
 * @throws TransferFailure; received bytes stay in the file for another attempt
 * @throws the reason of the signal, if it is aborted
 * @throws FetcherError `invalid-request`, also for a proxy that cannot be used
 */
export async function downloadInThisProcess(request: OneFileRequest, events: OneFileEvents): Promise<OneFileResult> {
  const { signal, onProgress } = eventsReader.read(events, documentPlace('events'));
  const { request: read, file, ports, proxies } = planOneFile(request);
  const { url, maxBytes, limits, userAgent, certificates } = read;
  const sink = new FileSink(read.descriptor, maxBytes);
  using timer = new Deadline(limits.timeout);
  using deadline = new Stop(timer, stopOf(signal));
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
    deadline,
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
