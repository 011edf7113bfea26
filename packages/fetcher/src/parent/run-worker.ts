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
import type { WorkerEnd } from './worker-end.js';
import { WorkerProcess } from './worker-process.js';

/** Everything that one worker needs, beside its files. */
export interface WorkerOptions {
  readonly settings: Settings;
  /** Open certificates to trust; undefined: those that Node brings. */
  readonly certificates: number | undefined;
  /** The worker's program; tests put a hostile one here. */
  readonly program: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEnforcement: (report: SandboxReport) => void;
}

/** The files of one worker. */
export interface WorkerFiles {
  readonly files: readonly WorkerFile[];
  /** All that the files speak of, from `firstSource` on; none of them can be written to. */
  readonly descriptors: readonly number[];
  /** What this process writes their bytes to, one a file. */
  readonly targets: readonly Targets[];
  readonly hosts: KnownHosts;
  /** Whether a whole file is what it should be; undefined where that isn't known yet. Default: it is known of none. */
  readonly isRight?: (file: number) => boolean | undefined;
}

/** What one worker came to. */
export interface WorkerResult {
  readonly reports: readonly FileReport[];
  /** One a file. */
  readonly refusals: readonly Refusals[];
  readonly end: WorkerEnd;
}

/**
 * Milliseconds that a worker has to end by itself after its last word. Then it is ended: Node's exit waits for its
 * threads, and one that resolves a name takes as long as the name servers are silent (`timeout` and `attempts` of
 * resolv.conf(5); getaddrinfo(3) can't be called off).
 */
const exitGrace = 1000;

/** Milliseconds beyond those of its files that a worker has to say so; where another machine is emulated, five seconds are few. */
const lastWordGrace = 20_000;

/** Milliseconds between two words on how far a file is; ten a second are more than anyone sees. */
const progressInterval = 100;

/** Seconds that a worker may do nothing, beyond what its own limits let a server do. */
const grace = 10;

/**
 * Runs one worker for some files until it is gone, and writes what it sends.
 *
 * @param onReport - told of what a worker said of a file, by its place, once it was entered
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
  const receiver = new Receiver(files, targets, (file) => worker.order({ abandon: file }));
  const tell = progressTeller(onReport);
  let deadline: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;
  const onItem = (item: Frame | Piece): void => {
    receiver.take(item);
    watch.renew();
    if (item.type === 'bytes') return;
    const report = receiver.reports[item.file];
    if (report !== undefined) tell(item, report);
    const isRight = item.type === 'done' ? work.isRight?.(item.file) : undefined;
    // What it brings next depends on which hosts are worth asking.
    if (isRight !== undefined) worker.order({ judged: item.file, isRight });
    if (!receiver.isComplete) return;
    deadline ??= setTimeout(() => worker.stop({ kind: 'complete' }), exitGrace);
  };
  const handed = { descriptors, certificates, program };
  const worker = new WorkerProcess(confinement(settings.sandbox, ports, proxies.ports), handed, onItem);
  const allowed = secondsAllowed(limits);
  using watch = new StandStillWatch({
    seconds: allowed,
    // Where its machine was stopped it did no wrong, and what it sent is checked in any case.
    onStandStill: () => worker.stop({ kind: 'stand-still', seconds: allowed }),
  });
  const cancel = (): void => worker.kill();
  options.signal?.addEventListener('abort', cancel, { once: true });
  try {
    options.onEnforcement(await worker.enforcement());
    if (options.signal?.aborted === true) cancel();
    // Its own word for it comes first, file by file.
    const longest = Math.ceil(files.length / parallel) * limits.timeout + lastWordGrace;
    if (limits.timeout > 0) last = setTimeout(() => worker.accuse('it took too long'), Math.min(longest, maxTimer));
    const hasCertificates = certificates !== undefined;
    worker.send({ files, parallel, limits, ports, proxies: proxies.rules, hosts, userAgent, hasCertificates });
    const end = await worker.ended;
    return { reports: receiver.reports, refusals: receiver.refusals, end };
  } finally {
    clearTimeout(deadline);
    clearTimeout(last);
    options.signal?.removeEventListener('abort', cancel);
  }
}

/** Seconds that a worker may do nothing; where no server is too slow, it may wait for one for ever. */
function secondsAllowed({ connectTimeout, slowBytes, slowWindow }: Limits): number {
  return slowBytes === 0 ? Infinity : Math.ceil((connectTimeout + slowWindow) / 1000) + grace;
}

/** Passes on every word about a file, but of those that only say how far it is not more than anyone sees. */
function progressTeller(
  onReport: (file: number, report: FileReport) => void,
): (frame: Frame, report: FileReport) => void {
  const told = new Map<number, number>();
  return ({ type, file }, report) => {
    if (type === 'data') {
      const now = performance.now();
      if (now - (told.get(file) ?? Number.NEGATIVE_INFINITY) < progressInterval) return;
      told.set(file, now);
    }
    onReport(file, report);
  };
}
