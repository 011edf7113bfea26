import type { FailureKind } from '../errors/error-codes.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { failureOf } from '../http/failure-of.js';
import { StatusFailure } from '../source/status-failure.js';
import { Stop } from '../values/stop.js';
import { Blocks } from './blocks.js';
import { KeptFile, type StreamSink } from './kept-file.js';
import { type ExpectedFile, partsOf, signatureOf, type Waiting, waitingFor } from './waiting-file.js';

/** What may be downloaded before it is requested. */
export interface AheadLimits {
  /** Simultaneous files, including the requested one. */
  readonly parallel: number;
  /** Bytes of files that are not requested yet. */
  readonly maxBytes: number;
}

/** The outcome of a requested file. */
interface Ending {
  /** Undefined if the sink has the whole file. */
  readonly failure: TransferFailure | undefined;
}

/** The outcome of a downloaded file. */
export interface Attempted extends Ending {
  /** Whether an answer of a server was accepted. */
  readonly hasStarted: boolean;
}

/** Makes one attempt to download a file, until it is stopped; never throws. */
export type Attempt = (url: URL, sink: StreamSink, halt: Stop) => Promise<TransferFailure | undefined>;

/** A file that is being downloaded, or is complete. */
interface Kept extends Waiting {
  readonly url: URL;
  readonly file: KeptFile;
  readonly done: Promise<TransferFailure | undefined>;
  isComplete: boolean;
}

/**
 * Complete files from which on no other is begun, in bytes. They wait for pacman, not for a server, and their memory can
 * be used again.
 */
const maxComplete = 8 << 20;

/** The least bytes that a file counts as: even a short file needs some objects in memory. */
const minSize = 16 * 1024;

/** Successive failures after which nothing of that kind is downloaded ahead any more. */
const maxFailures = 3;

/** The failures of a server that accepts no more connections. */
const crowded: ReadonlySet<FailureKind> = new Set(['connect', 'protocol', 'truncated', 'timeout']);

/**
 * Downloads files before they are requested, in the expected order, and keeps them in memory until then. It asks only
 * servers that the caller has asked for a file of the same directory. Signatures are expected after the first request
 * for one.
 *
 * A file that fails here is downloaded like any other when it is requested.
 */
export class FilesAhead {
  readonly #attempt: Attempt;
  readonly #limits: AheadLimits;
  readonly #memory = new Blocks();
  readonly #asked = new Set<string>();
  readonly #kept = new Map<string, Kept>();
  /** The directory from which the files of another directory are requested; the last request counts. */
  readonly #folders = new Map<string, string>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = { file: 0, signature: 0 };
  /** Ends running downloads; its reason is the failure. */
  readonly #halt = new Stop();
  #hasSignatures = false;
  #isPumpedSoon = false;
  #bytes = 0;
  /** Those of complete files. */
  #completeBytes = 0;
  #running = 0;
  /** Files that are requested and downloaded without use of the files ahead. */
  #asking = 0;

  constructor(attempt: Attempt, limits: AheadLimits) {
    this.#attempt = attempt;
    this.#limits = limits;
  }

  /** Names all files that will be requested, in that order. Some may have been requested already. */
  expect(files: readonly ExpectedFile[]): void {
    const fitting = files.filter(({ size }) => size > 0 && size <= this.#limits.maxBytes);
    this.#wait(fitting.map(waitingFor));
    for (const href of this.#asked) this.#learn(partsOf(new URL(href)));
    this.#pump();
  }

  /**
   * Hands over a requested file: the received bytes and those that follow. A file that has not started is downloaded.
   * Some servers answer a few requests at a time and refuse the others: then nothing is downloaded ahead any more.
   *
   * @param bring - downloads it into the sink
   * @returns undefined once the sink has the whole file
   */
  async take(url: URL, sink: StreamSink, bring: () => Promise<Attempted>): Promise<TransferFailure | undefined> {
    this.#asked.add(url.href);
    this.#learn(partsOf(url));
    const kept = this.#kept.get(url.href);
    if (kept !== undefined) {
      const ending = await this.#handOver(kept, sink);
      if (ending !== undefined) return ending.failure;
    }
    this.#asking++;
    try {
      const begun = bring();
      this.#pump();
      const { failure, hasStarted } = await begun;
      if (failure === undefined || hasStarted || this.#running === 0 || !isCrowded(failure)) return failure;
      await this.#giveWay();
      return (await bring()).failure;
    } finally {
      this.#asking--;
      this.#pumpSoon();
    }
  }

  /** Complete files stay. */
  async #giveWay(): Promise<void> {
    this.#waiting.clear();
    this.#halt.stop(new TransferFailure('connect', 'Nothing is downloaded ahead any more'));
    await Promise.all([...this.#kept.values()].map(({ done }) => done));
  }

  async #handOver(kept: Kept, sink: StreamSink): Promise<Ending | undefined> {
    try {
      const handed = handOver(kept, sink);
      // If there are many, the first bytes are on their way.
      this.#pump();
      return await handed;
    } finally {
      this.#forget(kept);
      this.#pumpSoon();
    }
  }

  #wait(files: readonly Waiting[]): void {
    this.#waiting.clear();
    for (const file of files) {
      this.#waiting.set(file.name, file);
      if (this.#hasSignatures && file.kind === 'file') this.#waiting.set(`${file.name}.sig`, signatureOf(file));
    }
  }

  /** A request shows where the neighbouring files are, and whether signatures are requested. */
  #learn({ folder, name }: Pick<Waiting, 'folder' | 'name'>): void {
    this.#folders.set(folder, folder);
    const expected = this.#waiting.get(name);
    if (expected !== undefined) this.#folders.set(expected.folder, folder);
    this.#waiting.delete(name);
    if (!name.endsWith('.sig') || this.#hasSignatures) return;
    this.#hasSignatures = true;
    const ofKept = [...this.#kept.values()].map(signatureOf);
    this.#wait([...ofKept, ...this.#waiting.values()]);
  }

  /** At the end of this turn: pacman may be waiting for the end of a file, which is passed on first. */
  #pumpSoon(): void {
    if (this.#isPumpedSoon) return;
    this.#isPumpedSoon = true;
    setImmediate(() => {
      this.#isPumpedSoon = false;
      this.#pump();
    });
  }

  /** Starts as many as the limits permit. */
  #pump(): void {
    if (this.#halt.reason !== undefined) return;
    for (const next of this.#waiting.values()) {
      if (this.#completeBytes >= maxComplete) return;
      const size = Math.max(next.size, minSize);
      if (this.#running + this.#asking >= this.#limits.parallel || this.#bytes + size > this.#limits.maxBytes) return;
      const folder = this.#folders.get(next.folder);
      if (folder === undefined || this.#failures[next.kind] >= maxFailures) continue;
      this.#waiting.delete(next.name);
      const url = new URL(`${folder}${next.name}`);
      if (!this.#asked.has(url.href)) this.#begin(url, { ...next, folder });
    }
  }

  #begin(url: URL, expected: Waiting): void {
    const file = new KeptFile(expected.size, this.#memory);
    const kept: Kept = { ...expected, url, file, done: this.#attempt(url, file, this.#halt), isComplete: false };
    this.#kept.set(url.href, kept);
    this.#bytes += Math.max(kept.size, minSize);
    this.#running++;
    void this.#finish(kept);
  }

  async #finish(kept: Kept): Promise<void> {
    const failure = await kept.done;
    this.#running--;
    this.#failures[kept.kind] = failure === undefined ? 0 : this.#failures[kept.kind] + 1;
    if (failure !== undefined) this.#forget(kept);
    else if (this.#kept.get(kept.url.href) === kept) {
      kept.isComplete = true;
      this.#completeBytes += kept.size;
    }
    this.#pumpSoon();
  }

  #forget(kept: Kept): void {
    if (this.#kept.get(kept.url.href) !== kept) return;
    this.#kept.delete(kept.url.href);
    this.#bytes -= Math.max(kept.size, minSize);
    if (kept.isComplete) this.#completeBytes -= kept.size;
  }
}

/** Whether a server may have refused because of other requests: by 429, 503, or by refusing a connection. */
function isCrowded(failure: TransferFailure): boolean {
  if (failure instanceof StatusFailure) return failure.status === 429 || failure.status === 503;
  return crowded.has(failure.kind);
}

async function handOver({ url, file, done }: Kept, sink: StreamSink): Promise<Ending | undefined> {
  const refused = file.handTo(sink).then(
    () => undefined,
    (error: unknown) => failureOf(error, url),
  );
  const [failure, own] = await Promise.all([done, refused]);
  return failure !== undefined && !file.hasStarted ? undefined : { failure: own ?? failure };
}
