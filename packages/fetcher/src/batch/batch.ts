import { clockNow } from '@sb/core';

import type { CheckedRequest } from '../request/check.js';
import { asFileError, FetcherError } from '../errors/fetcher-error.js';
import { type Job, leave, openJob, sourcesOf } from './job.js';
import { type FileReport, isSettled } from '../parent/file-reports.js';
import type { Outcome } from '../request/options.js';
import { failed } from './outcome.js';
import { withLastingNames } from './lasting-names.js';
import { OpenFolders } from '../disk/open-folders.js';
import type { ProgressMeter } from './progress.js';
import { type JobsOptions, runJobs } from './run-jobs.js';
import { learn } from './source-failures.js';
import { verdict } from './verdict.js';
import type { WorkerEnd } from '../parent/worker-end.js';

/** Options of a batch. */
export interface BatchOptions extends Omit<JobsOptions, 'onFrame' | 'signal'> {
  readonly signal: AbortSignal;
  readonly progress: ProgressMeter;
  readonly onHostSkipped: (error: FetcherError) => void;
}

/**
 * Downloads a batch by one worker after another: each takes as many files as it may, and the next one takes those that
 * are not finished.
 */
export class Batch {
  readonly #options: BatchOptions;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** @throws FetcherError `sandbox`; open files are closed, and received bytes stay */
  async run(requests: readonly CheckedRequest[]): Promise<readonly Outcome[]> {
    const outcomes = new Map<string, Outcome>();
    const settle = (outcome: Outcome): void => {
      outcomes.set(outcome.to, outcome);
      this.#options.progress.end(outcome);
    };
    const { mirrors } = this.#options;
    using folders = new OpenFolders();
    let jobs = this.#open(requests, folders, settle);
    let deaths = 0;
    while (jobs.length > 0) {
      const begun = clockNow();
      const before = jobs.map(({ part }) => part.content.length);
      const { reports, refusals, end } = await this.#runJobs(jobs);
      const milliseconds = clockNow() - begun;
      let brought = 0;
      if (end.lie === undefined) this.#learn(jobs, reports);
      const open: Job[] = [];
      const ended: Outcome[] = [];
      for (const [index, job] of jobs.entries()) {
        const outcome = await judged(job, reports[index], { refusals: refusals[index] ?? {}, end, mirrors });
        if (outcome === undefined) open.push(job);
        else ended.push(outcome);
        if (outcome?.status !== 'done') continue;
        brought += Math.max(0, outcome.size - (before[index] ?? 0));
        mirrors.clear(sourcesOf(job, job.left)[0]);
      }
      for (const outcome of withLastingNames(ended, folders)) settle(outcome);
      for (const job of open) job.left = liarsLast(job, mirrors);
      mirrors.measure(brought, milliseconds);
      const hasDied = reports.some((report, index) => !isSettled(report, jobs[index]?.signature !== undefined));
      deaths += hasDied ? 1 : 0;
      jobs = this.#goesOn(open, { end, deaths }, settle);
    }
    return requests.flatMap(({ to }) => outcomes.get(to) ?? []);
  }

  /** Files that cannot be opened have their outcome already. */
  #open(requests: readonly CheckedRequest[], folders: OpenFolders, settle: (outcome: Outcome) => void): Job[] {
    const { mirrors, progress } = this.#options;
    const jobs: Job[] = [];
    for (const asked of requests) {
      const request = { ...asked, sources: mirrors.inOrder(asked.sources) };
      try {
        const job = openJob(request, folders);
        jobs.push(job);
        progress.open(request.to, job.part.content.length);
      } catch (error) {
        settle(unopened(request, error));
      }
    }
    return jobs;
  }

  #learn(jobs: readonly Job[], reports: readonly FileReport[]): void {
    const { mirrors, onHostSkipped } = this.#options;
    for (const [index, report] of reports.entries()) {
      const job = jobs[index];
      if (job === undefined) continue;
      // Not called here: an exception would leave files open.
      for (const error of learn(job, report, mirrors)) queueMicrotask(() => onHostSkipped(error));
    }
  }

  async #runJobs(jobs: readonly Job[]) {
    const { signal, progress } = this.#options;
    try {
      return await runJobs(jobs, {
        ...this.#options,
        signal,
        onFrame: ({ request }, report) =>
          progress.update(request.to, report.received, {
            ...report,
            hasEnded: isSettled(report, request.signature !== undefined),
          }),
      });
    } catch (error) {
      for (const job of jobs) leave(job, false);
      throw error;
    }
  }

  /** Returns the files for the next worker. A worker that died is replaced once. */
  #goesOn(
    open: Job[],
    { end, deaths }: { readonly end: WorkerEnd; readonly deaths: number },
    settle: (outcome: Outcome) => void,
  ): Job[] {
    const isCancelled = this.#options.signal.aborted;
    if (!isCancelled && deaths <= maxDeaths) return open;
    const detail = firstError(end.stderr) ?? '';
    for (const job of open) {
      const error = isCancelled
        ? new FetcherError('cancelled', 'the download was cancelled')
        : new FetcherError('worker-died', `the worker ended with ${end.signal ?? end.status} ${detail}`.trim());
      settle(failed(job, error));
    }
    return [];
  }
}

const maxDeaths = 1;

/** The remaining sources of a file: those of hosts that have sent a wrong file, this one or another, come last. */
function liarsLast({ request, left }: Job, mirrors: BatchOptions['mirrors']): readonly number[] {
  const isLiar = (place: number): boolean => {
    const source = request.sources[place];
    return source !== undefined && mirrors.hasLied(source);
  };
  return [...left.filter((place) => !isLiar(place)), ...left.filter(isLiar)];
}

async function judged(
  job: Job,
  report: FileReport | undefined,
  context: Parameters<typeof verdict>[2],
): Promise<Outcome | undefined> {
  try {
    return report === undefined ? undefined : await verdict(job, report, context);
  } catch (caught) {
    const error = asFileError(caught);
    if (!(error instanceof FetcherError)) throw error;
    return failed(job, error);
  }
}

function unopened({ to }: CheckedRequest, caught: unknown): Outcome {
  const error = asFileError(caught);
  if (!(error instanceof FetcherError)) throw error;
  return { status: 'failed', to, failures: [], error };
}

/** The most informative line of a crashed worker's standard error. */
function firstError(stderr: string): string | undefined {
  const line = stderr.split('\n').find((text) => /Error/.test(text));
  return line?.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�').slice(0, 512);
}
