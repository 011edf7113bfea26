import { hostKey } from '../values/host-key.js';
import type { WorkerFile } from '../channel/messages.js';
import type { Confirmation } from '../values/confirmation.js';
import { isMissingStatus } from '../values/missing-status.js';
import { isFinal } from '../errors/error-codes.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import type { Result, Started } from '../source/download.js';
import { attempt, type Failure } from './attempt.js';
import { Candidates } from './candidates.js';
import type { ContestFile, Found } from './contest-file.js';
import { FileWords } from './file-words.js';
import { Race } from './race.js';
import type { Tools } from './tools.js';
import { type Ended, UnderWay } from './under-way.js';

/**
 * The sources of one file. They are asked in their order, and another one in addition while the current ones are slow:
 * the first to finish wins. An abandoned source is asked again if no other one is left.
 */
export class Contest implements Disposable {
  readonly #tools: Tools;
  readonly #file: number;
  readonly #wanted: WorkerFile;
  readonly #words: FileWords;
  readonly #deadline: AbortSignal;
  readonly #race: Race;
  readonly #candidates: Candidates;
  readonly #running = new UnderWay();
  /** Sources whose bytes are in the file. */
  readonly #parts = new Set<number>();
  readonly #unlisten: () => void;
  readonly #failed = new Set<number>();
  #resume: Confirmation | null;
  /** The source that the parent assumes for the received bytes. */
  #leading: number | undefined;
  #begun = 0;

  constructor(tools: Tools, { file, wanted, sink, deadline }: ContestFile) {
    this.#tools = tools;
    this.#file = file;
    this.#wanted = wanted;
    this.#words = new FileWords(tools.channel, file, sink);
    this.#deadline = deadline;
    this.#resume = wanted.resume;
    this.#candidates = new Candidates(
      tools,
      wanted.sources.map((text) => new URL(text)),
    );
    this.#race = new Race({
      sink,
      mayBeginAnew: true,
      onLead: (source, started) => this.#lead(source, started),
      onWithdrawn: (source, why) => this.#withdraw(source, why),
    });
    this.#unlisten = tools.trust.listen((host) => this.#distrust(host));
  }

  /** @returns undefined if no source has it, which the parent knows */
  async run(): Promise<Found | undefined> {
    await this.#next();
    while (this.#running.size > 0) {
      const ended = await this.#running.next();
      if (ended === undefined) {
        if (this.#wanted.isAlone) this.#leave();
        else await this.#next();
        continue;
      }
      const { source, result } = ended;
      const isOver = 'kind' in result ? this.#fail(source, result) : this.#isAnswer(source, result);
      if (isOver) return await this.#conclude(ended);
      if (this.#running.size === 0) await this.#next();
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#unlisten();
  }

  /** Asks the best remaining source, and reports the skipped ones. */
  async #next(): Promise<void> {
    for (let source = this.#best(); source !== undefined; source = this.#best()) {
      const url = this.#candidates.url(source);
      const isLast = this.#candidates.size === 1 && this.#running.size === 0;
      if (this.#tools.hosts.isSkipped(url, isLast)) {
        this.#candidates.take(source);
        this.#failed.add(source);
        this.#words.skipped(source);
        continue;
      }
      const turn = this.#wanted.isSummed && this.#running.size === 0 ? this.#tools.trust.turn(url) : undefined;
      if (turn !== undefined) {
        await turn;
        // Its result may change the choice.
        if (this.#best() !== source) continue;
      }
      this.#candidates.take(source);
      this.#begin(source, url);
      return;
    }
  }

  #best(): number | undefined {
    return this.#candidates.best(this.#running.urls);
  }

  #begin(source: number, url: URL): void {
    const { work, connections, pace } = this.#tools;
    const { maxBytes, size, isSummed, modifiedSince, opened } = this.#wanted;
    const controller = new AbortController();
    const transfer = pace.begin(url, () => this.#running.slow());
    const runner = this.#race.enter(source, () => transfer.goesWell);
    const began = this.#begun++;
    let total: number | undefined;
    const task = {
      ...work,
      connections,
      deadline: AbortSignal.any([this.#deadline, controller.signal]),
      url,
      sink: runner,
      maxBytes,
      size,
      isSummed,
      // Another server uses other ETags.
      resume: this.#resume === null || source === 0 ? this.#resume : { ...this.#resume, etag: null },
      modifiedSince,
      onStart: (started: Started) => {
        total = started.total;
        runner.start(started);
        transfer.update(runner.position, total);
      },
      onProgress: (received: number) => transfer.update(received, total),
    };
    const ended = attempt(task, opened[source]).then((result) => {
      transfer[Symbol.dispose]();
      this.#race.leave(runner);
      return { source, result, began };
    });
    this.#running.add({ source, url, controller, transfer, began, ended });
  }

  #lead(source: number, started: Started): void {
    const { lastModified = null, isAppended } = started;
    if (!isAppended || this.#race.position === 0) this.#parts.clear();
    this.#parts.add(source);
    this.#leading = source;
    const { all } = this.#running;
    const began = all.find((one) => one.source === source)?.began ?? 0;
    for (const other of all) {
      if (other.source === source || (other.began > began && this.#race.position === 0)) continue;
      this.#overtaken(other.url);
    }
    // What the next source must confirm if this one fails half-way.
    this.#resume = this.#wanted.isAlone ? null : { etag: null, lastModified, lastByte: Date.now() };
    this.#words.started(source, started);
  }

  /** Other files are asked of other hosts first, and wait for this one no more. */
  #overtaken(url: URL): void {
    this.#tools.pace.overtaken(url);
    this.#tools.trust.over(url);
  }

  /** If only one is asked at a time, a slow one gives way to those that have not been asked. */
  #leave(): void {
    if (!this.#candidates.hasFresh) return;
    for (const { source, transfer } of this.#running.all) {
      if (transfer.isSlow) this.#withdraw(source, new TransferFailure('slower', ''));
    }
  }

  #withdraw(source: number, why: TransferFailure): void {
    this.#candidates.withdraw(source);
    this.#running.abort(source, why);
  }

  /**
   * Drops what a lying host sends, unless no other host has the file: a wrong checksum makes any host look like a liar.
   */
  #distrust(host: string): void {
    const { trust } = this.#tools;
    if (!this.#candidates.hasHonest && this.#running.urls.every((url) => trust.isLiar(url))) return;
    for (const { source, url, controller } of this.#running.all) {
      if (hostKey(url) !== host || !this.#wanted.isSummed) continue;
      if (this.#parts.has(source)) this.#resume = null;
      const text = `${url.host} sent a wrong file; no more bytes from it are accepted`;
      controller.abort(new TransferFailure('protocol', text));
    }
  }

  /** Whether an answer is final: `unchanged` is not possible for a file that another source has started. */
  #isAnswer(source: number, { state }: Result): boolean {
    if (state === 'done' || this.#race.leader === undefined) return true;
    this.#candidates.giveBack(source);
    return false;
  }

  /** @returns whether to ask no other source */
  #fail(source: number, failure: Failure): boolean {
    const { hosts, trust } = this.#tools;
    const url = this.#candidates.url(source);
    if (this.#candidates.isWithdrawn(source) && failure.kind === 'slower') {
      this.#candidates.giveBack(source);
      return false;
    }
    trust.over(url);
    this.#failed.add(source);
    this.#words.failed(source, failure);
    if (!(this.#wanted.mayLack.includes(source) && isMissingStatus(failure.status))) hosts.count(url, failure.kind);
    return isFinal(failure.kind);
  }

  /** A source that has sent only a part gets no verdict. */
  #awaitVerdict(last: URL): void {
    const { verdicts, trust } = this.#tools;
    const [only, ...more] = this.#parts;
    const isWhole = only !== undefined && more.length === 0 && this.#wanted.resume === null;
    if (!isWhole) trust.over(last);
    verdicts.expect(this.#file, isWhole ? this.#candidates.url(only) : undefined);
  }

  /** Abandons all others, and reports the outcome of the file. */
  async #conclude({ source, result, began }: Ended): Promise<Found | undefined> {
    const { pace } = this.#tools;
    const others = await this.#running.end(new TransferFailure('slower', ''));
    if ('kind' in result) return undefined;
    for (const other of others) {
      if (other.source === this.#leading || other.began > began) continue;
      this.#failed.add(other.source);
      this.#words.overtaken(other.source, other.url);
      this.#overtaken(other.url);
    }
    const url = this.#candidates.url(source);
    if ((others.length === 0 || this.#parts.size === 1) && url.protocol !== 'file:') pace.proven(url);
    if (result.state === 'unchanged') {
      this.#words.unchanged(source);
    } else {
      this.#awaitVerdict(url);
      this.#words.done();
    }
    // If both had the last byte, the one whose byte was used.
    const from = this.#leading ?? source;
    return {
      source: from,
      failed: this.#failed,
      found: from === source ? result : { state: result.state, url: this.#candidates.url(from) },
    };
  }
}
