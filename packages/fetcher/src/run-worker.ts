import type { SandboxReport } from '@sb/sandbox';

import { type Frame, type KnownHosts, type WorkerFile } from './channel.js';
import { confinement, portsOf, urlsOf } from './confinement.js';
import { type Account, Ledger } from './ledger.js';
import { type Limits, maxTimer } from './limits.js';
import { Patience } from './patience.js';
import { proxiesNeeded } from './proxies.js';
import type { Settings } from './settings.js';
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
  /** All that the files speak of, from `firstFile` on. */
  readonly descriptors: readonly number[];
  /** What may grow, and how far in bytes. */
  readonly watched: readonly { readonly size: () => number; readonly maxBytes: number }[];
  readonly hosts: KnownHosts;
}

/** What one worker came to. */
export interface Round {
  readonly accounts: readonly Account[];
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

/** Seconds that a worker may do nothing, beyond what its own limits let a server do. */
const grace = 10;

/**
 * Runs one worker for some files, until it is gone: before that it could still write to what it was given.
 *
 * @param onAccount - told of what a worker said of a file, by its place, once it was entered
 * @throws FetcherError `sandbox`
 */
export async function runWorker(
  given: WorkerFiles,
  options: WorkerOptions,
  onAccount: (file: number, account: Account) => void,
): Promise<Round> {
  const { files, descriptors, watched, hosts } = given;
  const { settings, certificates, program } = options;
  const { parallel, limits, userAgent } = settings;
  const ports = portsOf(files, settings.redirectPorts);
  const proxies = proxiesNeeded(settings.proxies, urlsOf(files));
  const ledger = new Ledger(files);
  let deadline: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;
  const onFrame = (frame: Frame): void => {
    ledger.enter(frame);
    if (frame.type !== 'progress') patience.renew();
    const account = ledger.accounts[frame.file];
    if (account !== undefined) onAccount(frame.file, account);
    if (!ledger.isComplete) return;
    deadline = setTimeout(() => worker.stop({ kind: 'complete' }), exitGrace);
  };
  const handed = { descriptors, certificates, program };
  const worker = new WorkerProcess(confinement(settings.sandbox, [...ports, ...proxies.ports], files), handed, onFrame);
  const allowed = secondsAllowed(limits);
  using patience = new Patience({
    sizes: () => watched.map(({ size }) => size()),
    maxBytes: watched.map(({ maxBytes }) => maxBytes),
    seconds: allowed,
    onTooLarge: (maxBytes) => worker.accuse(`it wrote more than ${maxBytes} bytes`),
    // Where its machine was stopped it did no wrong, and what it wrote is checked in any case.
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
    return { accounts: ledger.accounts, end: await worker.ended };
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
