import { maxFiles, workerDescriptors } from '../channel/messages.js';
import { urlsOf } from '../sandbox/confinement.js';
import { type Job, workerFile } from './job.js';
import type { Account } from '../parent/reported-files.js';
import type { Mirrors } from './mirrors.js';
import { type Round, runWorker, type WorkerOptions } from '../parent/run-worker.js';

/** Everything that one worker of a batch needs, beside its files. */
export interface RoundOptions extends WorkerOptions {
  readonly mirrors: Mirrors;
  /** Told of a frame that was entered. */
  readonly onFrame: (job: Job, account: Account) => void;
}

/**
 * Runs one worker for some files of a batch.
 *
 * @param jobs - at most {@link maxFiles}
 * @throws FetcherError `sandbox`
 */
export async function runRound(jobs: readonly Job[], options: RoundOptions): Promise<Round> {
  if (jobs.length > maxFiles) throw new RangeError(`a worker takes ${maxFiles} files and not ${jobs.length}`);
  const descriptors: number[] = [];
  const handOver = (descriptor: number): number => workerDescriptors.firstSource + descriptors.push(descriptor) - 1;
  const files = jobs.map((job) => workerFile(job, handOver));
  const targets = jobs.map(({ part, signature }) => ({ file: part.content, signature: signature?.part.content }));
  const hosts = options.mirrors.known(urlsOf(files));
  return await runWorker({ files, descriptors, targets, hosts }, options, (file, account) => {
    const job = jobs[file];
    if (job !== undefined) options.onFrame(job, account);
  });
}
