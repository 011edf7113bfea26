import { hostKey } from '../values/host-key.js';
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
import { taskOf } from './task.js';
import { Stop } from '../values/stop.js';
import type { Tools } from './tools.js';
import { type Ended, UnderWay } from './under-way.js';

/**
 * The sources of one file. They are asked in their order, and another one in addition while the current ones are slow:
 * the first to finish wins. An abandoned source is asked again if no other one is left.
 */
export class Contest implements Disposable {
  readonly #tools: Tools;
  readonly #contested: ContestFile;
  readonly #words: FileWords;
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

  constructor(tools: Tools, contested: ContestFile) {
    const { file, wanted, sink } = contested;
    this.#contested = contested;
    this.#tools = tools;
    this.#words = new FileWords(tools, file, sink);
    this.#resume = wanted.resume;
    this.#candidates = new Candidates(tools, wanted.sources);
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
        if (this.#contested.wanted.isAlone) this.#leave();
        else await this.#next();
        continue;
      }
      const { source, result } = ended;
      const isOver = 'kind' in result ? this.#fail(source, result) : this.#isAnswer(source, result);
      const found = isOver ? await this.#conclude(ended) : 'wrong';
      if (found !== 'wrong') return found;
      if (this.#running.size === 0) await this.#next();
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#unlisten();
  }

  /** Asks the best remaining source, and reports the skipped ones. */
  async #next(): Promise<void> {
    const best = (): number | undefined => this.#candidates.best(this.#running.urls);
    for (let source = best(); source !== undefined; source = best()) {
      const url = this.#candidates.url(source);
      const isLast = this.#candidates.size === 1 && this.#running.size === 0;
      if (this.#tools.hosts.isSkipped(url, isLast)) {
        this.#candidates.take(source);
        this.#failed.add(source);
        this.#words.skipped(source);
        continue;
      }
      // If no other host has the file, it is requested here in any case.
      const mayWait = this.#contested.wanted.isSummed && this.#running.size === 0 && this.#candidates.hasOtherHost(url);
      const turn = mayWait ? this.#tools.trust.turn(url) : undefined;
      if (turn !== undefined) {
        await turn;
        // Its result may change the choice.
        if (best() !== source) continue;
      }
      this.#candidates.take(source);
      this.#begin(source, url);
      return;
    }
  }

  #begin(source: number, url: URL): void {
    const stop = new Stop(this.#contested.deadline);
    const transfer = this.#tools.pace.begin(url, () => this.#running.slow());
    const runner = this.#race.enter(source, () => transfer.goesWell);
    const began = this.#begun++;
    // Its time passes if another source than the first is asked.
    if (began > 0) this.#contested.onTurn(true);
    let total: number | undefined;
    const task = taskOf(this.#tools, this.#contested.wanted, {
      deadline: stop,
      url,
      sink: runner,
      // Another server uses other ETags.
      resume: this.#resume === null || source === 0 ? this.#resume : { ...this.#resume, etag: null },
      onTurn: (isTurn) => {
        transfer.turn(isTurn);
        this.#contested.onTurn(isTurn || this.#begun > 1);
      },
      onStart: (started) => {
        total = started.total;
        runner.start(started);
        transfer.update(runner.position, total);
      },
      onProgress: (received) => transfer.update(received, total),
    });
    const ended = attempt(task, this.#contested.wanted.opened[source]).then((result) => {
      transfer[Symbol.dispose]();
      stop[Symbol.dispose]();
      this.#race.leave(runner);
      return { source, result, began };
    });
    this.#running.add({ source, url, stop, transfer, began, ended });
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
    this.#resume = this.#contested.wanted.isAlone ? null : { etag: null, lastModified, lastByte: Date.now() };
    this.#words.started(source, started);
  }

  /** Other files are asked of other hosts first, and wait for this one no more. */
  #overtaken(url: URL): void {
    this.#tools.pace.overtaken(url);
    this.#tools.trust.over(url);
  }

  /** If only one is asked at a time, a slow one gives way to those that have not been asked. */
  #leave(): void {
    for (const { source, transfer } of this.#running.all) {
      if (transfer.isSlow && this.#candidates.hasFresh) this.#withdraw(source, new TransferFailure('slower', ''));
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
    for (const { source, url, stop } of this.#running.all) {
      if (hostKey(url) !== host || !this.#contested.wanted.isSummed) continue;
      if (this.#parts.has(source)) this.#resume = null;
      stop.stop(new TransferFailure('protocol', `${url.host} sent a wrong file; no more bytes from it are accepted`));
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
    if (!(this.#contested.wanted.mayLack.includes(source) && isMissingStatus(failure.status)))
      hosts.count(url, failure.kind);
    return isFinal(failure.kind);
  }

  /**
   * Asks the parent about a complete file. A source that has sent only a part of it gets no verdict.
   *
   * @returns whether the file is wrong, and another source is left for it
   */
  async #isWrong(last: URL): Promise<boolean> {
    const { isSummed, resume } = this.#contested.wanted;
    const [only, ...more] = this.#parts;
    if (isSummed && only !== undefined && more.length === 0 && resume === null) {
      const isWrong = await this.#words.isWrong(this.#candidates.url(only), this.#candidates.urls);
      return isWrong && this.#candidates.size > 0;
    }
    this.#tools.trust.over(last);
    return false;
  }

  /** Abandons all others, and reports the outcome of the file. */
  async #conclude({ source, result, began }: Ended): Promise<Found | 'wrong' | undefined> {
    const others = await this.#running.end(new TransferFailure('slower', ''));
    if ('kind' in result) return undefined;
    const url = this.#candidates.url(source);
    // If both had the last byte, the one whose byte was used.
    const from = this.#leading ?? source;
    // If the file is wrong, the others may be asked again.
    for (const other of [source, ...others.map((one) => one.source)]) this.#candidates.restore(other);
    this.#candidates.take(from);
    if (result.state === 'done' && (await this.#isWrong(url))) {
      this.#failed.add(from);
      this.#words.wrong(from, this.#candidates.url(from));
      this.#resume = null;
      return 'wrong';
    }
    for (const other of others) {
      if (other.source === this.#leading || other.began > began) continue;
      this.#failed.add(other.source);
      this.#words.overtaken(other.source, other.url);
      this.#overtaken(other.url);
    }
    if ((others.length === 0 || this.#parts.size === 1) && url.protocol !== 'file:') this.#tools.pace.proven(url);
    if (result.state === 'unchanged') this.#words.unchanged(source);
    else this.#words.done();
    const found = from === source ? result : { state: result.state, url: this.#candidates.url(from) };
    return { source: from, failed: this.#failed, found };
  }
}
