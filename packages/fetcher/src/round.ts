import type { SandboxReport } from '@sb/sandbox';

import { type Frame, maxFiles, workerDescriptors } from './channel.js';
import { confinement, portsOf, urlsOf } from './confinement.js';
import { type Job, workerFile } from './job.js';
import { type Account, Ledger } from './ledger.js';
import { maxTimer } from './limits.js';
import { Patience } from './patience.js';
import type { Mirrors } from './mirrors.js';
import { proxiesNeeded } from './proxies.js';
import type { Settings } from './settings.js';
import { type WorkerEnd, WorkerProcess } from './worker-process.js';

/** Everything that one worker needs, beside its files. */
export interface RoundOptions {
  readonly settings: Settings;
  /** Open certificates to trust; undefined: those that Node brings. */
  readonly certificates: number | undefined;
  /** The worker's program; tests put a hostile one here. */
  readonly program: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly mirrors: Mirrors;
  readonly onEnforcement: (report: SandboxReport) => void;
  /** Told of a frame that was entered. */
  readonly onFrame: (job: Job, account: Account) => void;
}

/** What one worker came to. */
export interface Round {
  readonly accounts: readonly Account[];
  readonly end: WorkerEnd;
}

/** Milliseconds that a worker has to end after its last word; on a machine that emulates another one, five seconds are few. */
const exitTimeout = 20_000;

/** Seconds that a worker may do nothing, beyond what its own limits let a server do. */
const grace = 10;

/**
 * Runs one worker for some files, until it is gone: before that it could still write to what it was given.
 *
 * @param jobs - at most {@link maxFiles}
 * @throws FetcherError `sandbox`
 */
export async function runRound(jobs: readonly Job[], options: RoundOptions): Promise<Round> {
  if (jobs.length > maxFiles) throw new RangeError(`a worker takes ${maxFiles} files and not ${jobs.length}`);
  const { settings, certificates, program } = options;
  const { parallel, limits, userAgent } = settings;
  const descriptors = jobs.map(({ part }) => part.descriptor);
  const handOver = (descriptor: number): number => workerDescriptors.firstFile + descriptors.push(descriptor) - 1;
  const files = jobs.map((job) => workerFile(job, handOver));
  const ports = portsOf(files, settings.redirectPorts);
  const proxies = proxiesNeeded(settings.proxies, urlsOf(files));
  const hosts = options.mirrors.known(urlsOf(files));
  const ledger = new Ledger(files);
  let deadline: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;
  const onFrame = (frame: Frame): void => {
    ledger.enter(frame);
    if (frame.type !== 'progress') patience.renew();
    const [job, account] = [jobs[frame.file], ledger.accounts[frame.file]];
    if (job !== undefined && account !== undefined) options.onFrame(job, account);
    if (!ledger.isComplete) return;
    deadline = setTimeout(() => worker.accuse('it did not end after its last word'), exitTimeout);
  };
  const given = { descriptors, certificates, program };
  const worker = new WorkerProcess(confinement(settings.sandbox, [...ports, ...proxies.ports], files), given, onFrame);
  const watched = jobs.flatMap((job) => (job.signature === undefined ? [job] : [job, job.signature]));
  using patience = new Patience({
    sizes: () => watched.map(({ part }) => part.size),
    maxBytes: watched.map(({ request }) => request.maxBytes),
    seconds: Math.ceil((limits.connectTimeout + limits.slowWindow) / 1000) + grace,
    onProblem: (what) => worker.accuse(what),
  });
  const cancel = (): void => worker.kill();
  options.signal?.addEventListener('abort', cancel, { once: true });
  try {
    options.onEnforcement(await worker.enforcement());
    if (options.signal?.aborted === true) cancel();
    // Its own word for it comes first, file by file.
    const longest = Math.ceil(files.length / parallel) * limits.timeout + exitTimeout;
    if (limits.timeout > 0) last = setTimeout(() => worker.accuse('it took too long'), Math.min(longest, maxTimer));
    const hasCertificates = certificates !== undefined;
    worker.send({ files, parallel, limits, ports, proxies: proxies.rules, hosts, userAgent, hasCertificates });
    return { accounts: ledger.accounts, end: await worker.ended };
  } finally {
    clearTimeout(deadline);
    clearTimeout(last);
    options.signal?.removeEventListener('abort', cancel);
  }
}
