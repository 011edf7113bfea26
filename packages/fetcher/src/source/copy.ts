import { fstatSync, read } from 'node:fs';
import { promisify } from 'node:util';

import { errorCode } from '@sb/core';

import { believable, maxFileTime } from '../values/file-time.js';
import { sourceHost } from '../values/source-host.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import type { Stop } from '../values/stop.js';
import { Watchdog } from './watchdog.js';
import { checkSize } from './check-size.js';
import type { Result, SourceDownload } from './download.js';

/** Bytes that are read at once. */
const chunkSize = 256 * 1024;

/** One `file:` source of one file. */
export type SourceCopy = Pick<
  SourceDownload,
  'url' | 'sink' | 'maxBytes' | 'size' | 'modifiedSince' | 'limits' | 'deadline' | 'onStart' | 'onProgress'
> & {
  /** The open source; undefined if the parent could not open it. */
  readonly descriptor: number | undefined;
};

/**
 * Copies a file from an open one. It starts from the beginning each time: disks are fast, and nothing shows whether
 * existing content belongs to the same file.
 *
 * @throws TransferFailure
 */
export async function copy(task: SourceCopy): Promise<Result> {
  const { descriptor, sink, url, modifiedSince } = task;
  if (descriptor === undefined) throw new TransferFailure('source', 'The file could not be opened');
  const { size: total, mtimeMs } = fstatSync(descriptor);
  // Whole seconds, as in HTTP: some file systems do not store finer times.
  if (modifiedSince !== null && Math.floor(mtimeMs / 1000) <= Math.floor(modifiedSince / 1000)) {
    return { state: 'unchanged', url };
  }
  checkSize(task, sourceHost(url), total);
  sink.begin(false);
  task.onStart({ total, lastModified: timeOf(mtimeMs), isAppended: false });
  await copyBytes(task, descriptor, total);
  const after = fstatSync(descriptor);
  if (sink.position !== total || after.size !== total || after.mtimeMs !== mtimeMs) {
    throw new TransferFailure('source', 'The file changed while it was copied');
  }
  return { state: 'done', url };
}

function timeOf(mtimeMs: number): number | undefined {
  const time = Math.trunc(mtimeMs);
  return time >= 0 && time <= maxFileTime ? (believable(time) ?? undefined) : undefined;
}

async function copyBytes(task: SourceCopy, descriptor: number, total: number): Promise<void> {
  const { sink, limits, deadline, onProgress } = task;
  using watchdog = new Watchdog(limits, deadline);
  const tooSlow = rejection(watchdog);
  while (sink.position < total) {
    // A new buffer each time: the sink keeps it.
    const buffer = Buffer.allocUnsafe(chunkSize);
    // With an explicit position: the descriptor's own is shared with the parent, and with the previous worker.
    const reading = readAt(descriptor, buffer, sink.position);
    const length = await Promise.race([reading, tooSlow]);
    if (length === 0) return;
    watchdog.count(length);
    const full = sink.write(buffer.subarray(0, Math.min(length, total - sink.position)));
    if (full !== undefined) await watchdog.heldDuring(full);
    onProgress(sink.position);
  }
}

async function readAt(descriptor: number, buffer: Buffer, position: number): Promise<number> {
  try {
    return (await promisify(read)(descriptor, buffer, 0, buffer.length, position)).bytesRead;
  } catch (error) {
    throw new TransferFailure('source', `The file could not be read (${errorCode(error)})`, error);
  }
}

/** Rejects with the reason of a stop, and never resolves. */
async function rejection(stop: Stop): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    if (stop.reason === undefined) stop.listen(reject);
    else reject(stop.reason);
  });
  // It may reject when nothing waits for it any more.
  promise.catch(() => {});
  return await promise;
}
