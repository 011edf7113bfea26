import { clockNow } from '@sb/core';

import type { SandboxReport } from '@sb/sandbox';

import { type Frame, type KnownHosts, type WorkerFile } from '../channel/messages.js';
import { confinement, portsOf, urlsOf } from '../sandbox/confinement.js';
import type { Piece } from '../channel/frames.js';
import type { FileReport } from './file-reports.js';
import { type Limits, maxTimer } from '../values/limits.js';
import { StandStillWatch } from './stand-still-watch.js';
import { proxiesNeeded } from '../request/proxies.js';
import { Receiver, type Refusals, type Targets } from './receiver.js';
import type { Settings } from '../request/settings.js';
import type { SpareWorker } from './spare-worker.js';
import type { WorkerEnd } from './worker-end.js';
import { WorkerProcess } from './worker-process.js';

/** Everything that one worker needs, except its files. */
export interface WorkerOptions {
  readonly settings: Settings;
  /** Open certificates to trust; undefined: Node's own. */
  readonly certificates: number | undefined;
  /** The worker's program; tests use a hostile one. */
  readonly program: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEnforcement: (report: SandboxReport) => void;
  /** A worker that may have been started already. Default: none */
  readonly spare?: SpareWorker;
}

/** The files of one worker. */
export interface WorkerFiles {
  readonly files: readonly WorkerFile[];
  /** All descriptors that the files refer to, from `firstSource`; none of them is writable. */
  readonly descriptors: readonly number[];
  /** The targets of their bytes in this process, one for each file. */
  readonly targets: readonly Targets[];
  readonly hosts: KnownHosts;
  /** Whether a complete file is the requested one; undefined if that is still unknown. Default: always unknown. */
  readonly isRight?: (file: number) => boolean | undefined;
}

/** The result of one worker. */
export interface WorkerResult {
  readonly reports: readonly FileReport[];
  /** One for each file. */
  readonly refusals: readonly Refusals[];
  readonly end: WorkerEnd;
}

/**
 * Milliseconds that a worker has, after the limit of its files, to report that; under emulation, five seconds are
 * short.
 */
const lastWordGrace = 20_000;

/** Milliseconds between two progress reports on a file; nobody can see more than ten a second. */
const progressInterval = 100;

/** Seconds that a worker may do nothing, in addition to its own limits for servers. */
const grace = 10;

/**
 * Runs one worker for some files until it has ended, and writes what it sends.
 *
 * @param onReport - called with the index of a file after a report about it was recorded
 * @throws FetcherError `sandbox`
 */
export async function runWorker(
  work: WorkerFiles,
  options: WorkerOptions,
  onReport: (file: number, report: FileReport) => void,
): Promise<WorkerResult> {
  const { files, descriptors, targets, hosts } = work;
  const { settings, certificates, program } = options;
  const { parallel, limits, userAgent } = settings;
  const ports = portsOf(files, settings.redirectPorts);
  const proxies = proxiesNeeded(settings.proxies, urlsOf(files));
  const started = (): WorkerProcess => {
    const handed = { descriptors, certificates, program };
    return new WorkerProcess(confinement(settings.sandbox, ports, proxies.ports), handed);
  };
  const receiver = new Receiver(files, targets, (file) => worker.order({ abandon: file }));
  const tell = progressTeller(onReport);
  let last: NodeJS.Timeout | undefined;
  const onItem = (item: Frame | Piece): void => {
    receiver.take(item);
    watch.renew();
    if (item.type === 'bytes') return;
    if (item.type === 'complete') {
      worker.order({ judged: item.file, isRight: receiver.judge(item.file, work.isRight?.(item.file)) });
      return;
    }
    const report = receiver.reports[item.file];
    if (report !== undefined) tell(item, report);
    // It has nothing left to do, and its end would take longer: threads that resolve names wait for name servers.
    if (receiver.isComplete) worker.stop({ kind: 'complete' });
  };
  const needs = { ports, proxies: proxies.ports, hasCertificates: certificates !== undefined };
  const worker = (descriptors.length === 0 ? options.spare?.take(needs) : undefined) ?? started();
  worker.listen(onItem);
  const allowed = secondsAllowed(limits);
  using watch = new StandStillWatch({
    seconds: allowed,
    // If the machine was suspended, the worker is not at fault, and its bytes are checked in any case.
    onStandStill: () => worker.stop({ kind: 'stand-still', seconds: allowed }),
  });
  const cancel = (): void => worker.kill();
  options.signal?.addEventListener('abort', cancel, { once: true });
  try {
    options.onEnforcement(await worker.enforcement());
    if (options.signal?.aborted === true) cancel();
    // The worker reports that itself before, for each file.
    const longest = Math.ceil(files.length / parallel) * limits.timeout + lastWordGrace;
    if (limits.timeout > 0) last = setTimeout(() => worker.accuse('it took too long'), Math.min(longest, maxTimer));
    worker.send({
      files,
      parallel,
      limits,
      ports,
      proxies: proxies.rules,
      hosts,
      userAgent,
      hasCertificates: needs.hasCertificates,
    });
    const end = await worker.ended;
    return { reports: receiver.reports, refusals: receiver.refusals, end };
  } finally {
    clearTimeout(last);
    options.signal?.removeEventListener('abort', cancel);
  }
}

/** Returns the seconds that a worker may do nothing. If no server counts as too slow, it may wait for one for ever. */
function secondsAllowed({ connectTimeout, slowBytes, slowWindow }: Limits): number {
  return slowBytes === 0 ? Infinity : Math.ceil((connectTimeout + slowWindow) / 1000) + grace;
}

/** Passes on every report about a file, but limits the rate of mere progress reports. */
function progressTeller(
  onReport: (file: number, report: FileReport) => void,
): (frame: Frame, report: FileReport) => void {
  const told = new Map<number, number>();
  return ({ type, file }, report) => {
    if (type === 'data') {
      const now = clockNow();
      if (now - (told.get(file) ?? Number.NEGATIVE_INFINITY) < progressInterval) return;
      told.set(file, now);
    }
    onReport(file, report);
  };
}
