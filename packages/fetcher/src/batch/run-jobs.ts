import { maxFiles, workerDescriptors } from '../channel/messages.js';
import { urlsOf } from '../sandbox/confinement.js';
import { type Job, workerFile } from './job.js';
import type { FileReport } from '../parent/file-reports.js';
import type { Mirrors } from './mirrors.js';
import { type WorkerResult, runWorker, type WorkerOptions } from '../parent/run-worker.js';

/** Everything that one worker of a batch needs, except its files. */
export interface JobsOptions extends WorkerOptions {
  readonly mirrors: Mirrors;
  /** Called after a frame was recorded. */
  readonly onFrame: (job: Job, report: FileReport) => void;
}

/**
 * Runs one worker for some files of a batch.
 *
 * @param jobs - at most {@link maxFiles}
 * @throws FetcherError `sandbox`
 */
export async function runJobs(jobs: readonly Job[], options: JobsOptions): Promise<WorkerResult> {
  if (jobs.length > maxFiles) throw new RangeError(`a worker takes ${maxFiles} files at most, not ${jobs.length}`);
  const descriptors: number[] = [];
  const handOver = (descriptor: number): number => workerDescriptors.firstSource + descriptors.push(descriptor) - 1;
  const files = jobs.map((job) => workerFile(job, handOver));
  const targets = jobs.map(({ part, signature }) => ({ file: part.content, signature: signature?.part.content }));
  const hosts = options.mirrors.known(urlsOf(files));
  const isRight = (file: number): boolean | undefined => isAsAsked(jobs[file]);
  try {
    return await runWorker({ files, descriptors, targets, hosts, isRight }, options, (file, report) => {
      const job = jobs[file];
      if (job === undefined) return;
      // Not before its first report: a file may wait for others.
      if (report.state === 'open') job.watch.start();
      else job.watch.stop();
      options.onFrame(job, report);
    });
  } finally {
    for (const { watch } of jobs) watch.stop();
  }
}

function isAsAsked(job: Job | undefined): boolean | undefined {
  const sum = job?.part.content.knownSha256;
  return sum === undefined ? undefined : sum === job?.request.sha256;
}
