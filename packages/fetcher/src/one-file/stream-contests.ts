import { hostKey } from '../values/host-key.js';
import type { Limits } from '../values/limits.js';
import type { Confirmation } from '../values/confirmation.js';
import { failureOf } from '../http/failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import type { SourceDownload, Started } from '../source/download.js';
import type { Sink } from '../source/sink.js';
import { Stop } from '../values/stop.js';
import { Pace } from '../worker/pace.js';
import { Race } from '../worker/race.js';
import type { Transfer } from '../worker/transfer.js';
import { isHelp } from '../worker/under-way.js';
import type { Attempted } from './files-ahead.js';
import type { StreamSink } from './kept-file.js';

/** One requested file. */
interface StreamTask {
  readonly url: URL;
  /** Where else it is available, at this time. */
  readonly others: () => readonly URL[];
  readonly sink: StreamSink;
  readonly deadline: Stop;
  readonly onStarted: () => void;
}

/** What is known about one server of one file. */
type One = Pick<SourceDownload, 'url' | 'sink' | 'resume' | 'deadline' | 'onStart' | 'onProgress'>;

/** Downloads a file from one server; throws if that fails. */
type DownloadOne = (one: One) => Promise<void>;

/** The most servers of one file that are asked at a time. */
const maxAtOnce = 3;

/** Failures of a host after which other hosts are asked first. */
const maxFailures = 3;

/**
 * Asks further servers for a file while the first one is slow, or if it fails, and remembers the hosts that were slow
 * or failed. Bytes that were passed on cannot be revoked, so each further server must send the same file.
 */
export class StreamContests {
  readonly #pace: Pace;
  readonly #failures = new Map<string, number>();
  /** Files that this machine itself delays. */
  #held = 0;

  constructor({ slowPercent }: Limits) {
    this.#pace = new Pace({ slowPercent, isHeld: () => this.#held > 0 }, 0, []);
  }

  /** Downloads one file into an empty sink; never throws. */
  async run(task: StreamTask, downloadOne: DownloadOne): Promise<Attempted> {
    const contest = new StreamContest(task, { downloadOne, pace: this.#pace, rank: (url) => this.#rank(url) });
    const held = this.#noting(task.sink);
    const { attempted, failed } = await contest.run(held);
    for (const url of failed) this.#failures.set(hostKey(url), (this.#failures.get(hostKey(url)) ?? 0) + 1);
    return attempted;
  }

  #rank(url: URL): number {
    return Number(this.#pace.isBehind(url) || (this.#failures.get(hostKey(url)) ?? 0) >= maxFailures);
  }

  /** The same sink; while it accepts no bytes, no server counts as slow. */
  #noting(sink: StreamSink): Sink {
    return {
      get position() {
        return sink.position;
      },
      begin: (isAppended) => sink.begin(isAppended),
      write: (chunk) => {
        const full = sink.write(chunk);
        if (full === undefined) return undefined;
        this.#held++;
        return full.finally(() => this.#held--);
      },
    };
  }
}

/** State that all contests of one process share. */
interface Shared {
  readonly downloadOne: DownloadOne;
  readonly pace: Pace;
  /** Higher for a host that is asked after others. */
  readonly rank: (url: URL) => number;
}

/** The outcome of one server. */
interface Ended {
  readonly url: URL;
  readonly began: number;
  readonly failure: TransferFailure | undefined;
}

/** A server that is being asked. */
interface Running {
  readonly stop: Stop;
  readonly transfer: Transfer;
  /** How many had been asked before. */
  readonly began: number;
  readonly ended: Promise<Ended>;
}

/** The servers of one file. */
class StreamContest {
  readonly #task: StreamTask;
  readonly #shared: Shared;
  readonly #running = new Map<URL, Running>();
  readonly #asked = new Set<string>();
  readonly #withdrawn = new Set<URL>();
  readonly #failed: URL[] = [];
  #resume: Confirmation | null = null;
  #hasStarted = false;
  #wake: () => void = () => {};

  constructor(task: StreamTask, shared: Shared) {
    this.#task = task;
    this.#shared = shared;
  }

  async run(sink: Sink): Promise<{ readonly attempted: Attempted; readonly failed: readonly URL[] }> {
    const urls: URL[] = [];
    const race = new Race({
      sink,
      mayBeginAnew: false,
      onLead: (_, started) => this.#lead(started),
      onWithdrawn: (source, why) => this.#withdraw(urls[source], why),
    });
    const next = (): boolean => {
      const url = this.#next();
      if (url !== undefined) this.#begin(url, race, urls.push(url) - 1);
      return url !== undefined;
    };
    let first: TransferFailure | undefined;
    next();
    while (this.#running.size > 0) {
      const ended = await this.#anyEnd();
      if (ended === undefined) {
        next();
        continue;
      }
      this.#running.delete(ended.url);
      if (ended.failure === undefined) {
        await this.#letGo(ended.began);
        this.#shared.pace.proven(ended.url);
        return { attempted: { failure: undefined, hasStarted: this.#hasStarted }, failed: this.#failed };
      }
      if (!this.#withdrawn.has(ended.url)) {
        this.#failed.push(ended.url);
        first ??= ended.failure;
      }
      if (this.#running.size === 0 && this.#task.deadline.reason === undefined) next();
    }
    const failure = first ?? new TransferFailure('too-slow', 'No server has sent the whole file');
    return { attempted: { failure, hasStarted: this.#hasStarted }, failed: this.#failed };
  }

  async #anyEnd(): Promise<Ended | undefined> {
    const woken = new Promise<undefined>((resolve) => {
      this.#wake = () => resolve(undefined);
    });
    return await Promise.race([woken, ...[...this.#running.values()].map(({ ended }) => ended)]);
  }

  #next(): URL | undefined {
    const { url, others } = this.#task;
    const { rank } = this.#shared;
    // Nearly every file comes from its first server.
    if (this.#asked.size === 0 && rank(url) === 0) return url;
    const hosts = new Set([...this.#running.keys()].map(hostKey));
    const left = [url, ...others()].filter((one) => !this.#asked.has(one.href) && !hosts.has(hostKey(one)));
    const fitting = this.#running.size === 0 ? left : left.filter((one) => rank(one) === 0);
    return fitting.toSorted((one, other) => rank(one) - rank(other))[0];
  }

  #begin(url: URL, race: Race, source: number): void {
    const { downloadOne, pace } = this.#shared;
    const stop = new Stop(this.#task.deadline);
    const transfer = pace.begin(url, () => {
      const isHelped = [...this.#running.values()].some((one) => isHelp(one.transfer));
      if (this.#running.size < maxAtOnce && !isHelped) this.#wake();
    });
    const runner = race.enter(source, () => transfer.goesWell);
    let total: number | undefined;
    const one: One = {
      url,
      sink: runner,
      resume: this.#resume,
      deadline: stop,
      onStart: (started) => {
        total = started.total;
        runner.start(started);
        transfer.update(runner.position, total);
      },
      onProgress: (received) => transfer.update(received, total),
    };
    const ended = downloadOne(one)
      .then(
        () => undefined,
        (error: unknown) => failureOf(error, url),
      )
      .then((failure) => {
        transfer[Symbol.dispose]();
        stop[Symbol.dispose]();
        race.leave(runner);
        return { url, began: source, failure };
      });
    this.#asked.add(url.href);
    this.#running.set(url, { stop, transfer, began: source, ended });
  }

  #lead({ total, lastModified }: Started): void {
    this.#resume = { etag: null, lastModified: lastModified ?? null, lastByte: Date.now() };
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#task.onStarted();
    this.#task.sink.start(total, lastModified);
  }

  #withdraw(url: URL | undefined, why: TransferFailure): void {
    if (url === undefined) return;
    this.#withdrawn.add(url);
    this.#running.get(url)?.stop.stop(why);
  }

  /** Ends all others; those that were asked before the first one to finish are slow. */
  async #letGo(first: number): Promise<void> {
    for (const [url, { began }] of this.#running) {
      if (began < first) this.#shared.pace.overtaken(url);
      this.#withdraw(url, new TransferFailure('slower', 'Another server was first'));
    }
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }
}
