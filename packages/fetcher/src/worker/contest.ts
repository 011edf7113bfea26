import { hostKey } from '../values/host-key.js';
import type { WorkerFile } from '../channel/messages.js';
import type { Confirmation } from '../values/confirmation.js';
import { isMissingStatus } from '../values/missing-status.js';
import { isFinal } from '../errors/error-codes.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import type { Result, Started } from '../source/download.js';
import { attempt, type Failure } from './attempt.js';
import type { ChannelSink } from './channel-sink.js';
import { Race } from './race.js';
import type { Tools } from './tools.js';

/** One file, and what is known of it. */
interface ContestFile {
  readonly file: number;
  readonly wanted: WorkerFile;
  readonly sink: ChannelSink;
  readonly deadline: AbortSignal;
}

/** A source that is asked. */
interface Running {
  readonly source: number;
  readonly url: URL;
  readonly controller: AbortController;
  /** How many of the file's had begun before. */
  readonly began: number;
  readonly ended: Promise<Ended>;
}

/** What became of it. */
interface Ended {
  readonly source: number;
  readonly began: number;
  readonly result: Result | Failure;
}

/** The source that had the file. */
interface Found {
  readonly source: number;
  /** Sources that did not have it, or are slower. */
  readonly failed: ReadonlySet<number>;
  readonly found: Result;
}

/**
 * The sources of one file. They are asked in their order, and another one as well while those that are under way are slow:
 * the first to finish wins. A source that was let go of is asked again where no other one is left.
 */
export class Contest implements Disposable {
  readonly #tools: Tools;
  readonly #file: number;
  readonly #wanted: WorkerFile;
  readonly #sink: ChannelSink;
  readonly #deadline: AbortSignal;
  readonly #race: Race;
  readonly #urls: readonly URL[];
  /** Sources that have not failed and are not asked. */
  readonly #left: Set<number>;
  readonly #running = new Map<number, Running>();
  readonly #withdrawn = new Set<number>();
  /** Sources whose bytes are in the file. */
  readonly #parts = new Set<number>();
  readonly #unlisten: () => void;
  readonly #failed = new Set<number>();
  #resume: Confirmation | null;
  /** The source that the parent takes what comes for. */
  #leading: number | undefined;
  #begun = 0;
  #wake: () => void = () => {};

  constructor(tools: Tools, { file, wanted, sink, deadline }: ContestFile) {
    this.#tools = tools;
    this.#file = file;
    this.#wanted = wanted;
    this.#sink = sink;
    this.#deadline = deadline;
    this.#resume = wanted.resume;
    this.#urls = wanted.sources.map((text) => new URL(text));
    this.#left = new Set(this.#urls.keys());
    this.#race = new Race({
      sink,
      mayBeginAnew: true,
      onLead: (source, started) => this.#lead(source, started),
      onWithdrawn: (source, why) => this.#withdraw(source, why),
    });
    this.#unlisten = tools.trust.listen((host) => this.#distrust(host));
  }

  /** @returns undefined where no source has it, which the parent was told */
  async run(): Promise<Found | undefined> {
    await this.#next();
    while (this.#running.size > 0) {
      const ended = await this.#anyEnd();
      if (ended === undefined) {
        await this.#next();
        continue;
      }
      const { source, result } = ended;
      this.#running.delete(source);
      const isOver = 'kind' in result ? this.#fail(source, result) : this.#isAnswer(source, result);
      if (isOver) return await this.#conclude(ended);
      if (this.#running.size === 0) await this.#next();
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#unlisten();
  }

  /** The next source that has ended; undefined where another one is to be asked. */
  async #anyEnd(): Promise<Ended | undefined> {
    const woken = new Promise<undefined>((resolve) => {
      this.#wake = () => resolve(undefined);
    });
    return await Promise.race([woken, ...[...this.#running.values()].map(({ ended }) => ended)]);
  }

  /** Asks the best source that is left, and says which ones are passed by. */
  async #next(): Promise<void> {
    for (let source = this.#best(); source !== undefined; source = this.#best()) {
      const url = this.#url(source);
      const isLast = this.#left.size === 1 && this.#running.size === 0;
      if (this.#tools.hosts.isSkipped(url, isLast)) {
        this.#left.delete(source);
        this.#failed.add(source);
        this.#tools.channel.say({ type: 'source-failed', file: this.#file, source, ...skipped });
        continue;
      }
      const turn = this.#wanted.isSummed && this.#running.size === 0 ? this.#tools.trust.turn(url) : undefined;
      if (turn !== undefined) {
        await turn;
        // What it has shown may lead elsewhere.
        if (this.#best() !== source) continue;
      }
      this.#left.delete(source);
      this.#begin(source, url);
      return;
    }
  }

  /** Those that were let go of come last, before them those of hosts that have lied, before them slow ones. */
  #best(): number | undefined {
    const { trust, pace } = this.#tools;
    const isUnderWay = this.#running.size > 0;
    const rank = (source: number): number => {
      const url = this.#url(source);
      if (this.#withdrawn.has(source)) return 3;
      return trust.isLiar(url) ? 2 : Number(pace.isBehind(url));
    };
    const fitting = [...this.#left].filter((source) => !isUnderWay || this.#mayJoin(source, rank(source)));
    return fitting.sort((one, other) => rank(one) - rank(other) || one - other)[0];
  }

  /** Whether a source is worth asking beside another one: of another host, and no worse itself. */
  #mayJoin(source: number, rank: number): boolean {
    const url = this.#url(source);
    const isOther = [...this.#running.values()].every((other) => hostKey(other.url) !== hostKey(url));
    return rank === 0 && isOther && url.protocol !== 'file:' && !this.#tools.hosts.isSkipped(url, false);
  }

  #begin(source: number, url: URL): void {
    const { work, connections, pace } = this.#tools;
    const { maxBytes, size, isSummed, modifiedSince, opened } = this.#wanted;
    const controller = new AbortController();
    const transfer = pace.begin(url, () => this.#slow());
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
      // Another server has other ETags.
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
    this.#running.set(source, { source, url, controller, began, ended });
  }

  #lead(source: number, { isAppended, ...said }: Started): void {
    const { total = null, lastModified = null, etag = null } = said;
    if (!isAppended) this.#parts.clear();
    this.#parts.add(source);
    this.#leading = source;
    for (const other of this.#running.values()) {
      if (other.source !== source && this.#race.position > 0) this.#tools.pace.overtaken(other.url);
    }
    // What the next source has to confirm, should this one fail half-way.
    this.#resume = { etag: null, lastModified, lastByte: Date.now() };
    this.#sink.flush();
    this.#tools.channel.say({ type: 'started', file: this.#file, source, total, lastModified, etag, isAppended });
  }

  /** Another one is asked as well. A source from a disk waits for nobody. */
  #slow(): void {
    if (this.#running.size < maxAtOnce && [...this.#running.values()].every(({ url }) => url.protocol !== 'file:')) {
      this.#wake();
    }
  }

  #withdraw(source: number, why: TransferFailure): void {
    this.#withdrawn.add(source);
    this.#running.get(source)?.controller.abort(why);
  }

  /** Nothing that comes from a host is worth waiting for, nor what has come from it. */
  #distrust(host: string): void {
    for (const { source, url, controller } of this.#running.values()) {
      if (hostKey(url) !== host || !this.#wanted.isSummed) continue;
      if (this.#parts.has(source)) this.#resume = null;
      const text = `${url.host} has sent another file than it should; what comes from it is not taken`;
      controller.abort(new TransferFailure('protocol', text));
    }
  }

  /** Whether what a source has said is the end: that nothing is new can't be said of what another one has begun. */
  #isAnswer(source: number, { state }: Result): boolean {
    if (state === 'done' || this.#race.leader === undefined) return true;
    this.#withdrawn.add(source);
    this.#left.add(source);
    return false;
  }

  /** @returns whether no other source is to be asked */
  #fail(source: number, failure: Failure): boolean {
    const { hosts, trust, channel } = this.#tools;
    const url = this.#url(source);
    if (this.#withdrawn.has(source) && failure.kind === 'slower') {
      this.#left.add(source);
      return false;
    }
    trust.over(url);
    this.#failed.add(source);
    this.#sink.flush();
    channel.say({ type: 'source-failed', file: this.#file, source, ...failure });
    if (!(this.#wanted.mayLack.includes(source) && isMissingStatus(failure.status))) hosts.count(url, failure.kind);
    return isFinal(failure.kind);
  }

  /** Lets go of all others, and says what came of the file. */
  async #conclude({ source, result, began }: Ended): Promise<Found | undefined> {
    const { channel, verdicts, pace } = this.#tools;
    const others = [...this.#running.values()];
    for (const { controller } of others) controller.abort(new TransferFailure('slower', ''));
    await Promise.all(others.map(({ ended }) => ended));
    if ('kind' in result) return undefined;
    this.#sink.flush();
    for (const other of others) {
      if (other.source === this.#leading || other.began > began) continue;
      this.#failed.add(other.source);
      const text = `${other.url.host} was slow; another server has sent the rest`;
      channel.say({
        type: 'source-failed',
        file: this.#file,
        source: other.source,
        kind: 'slower',
        status: null,
        message: text,
      });
    }
    const url = this.#url(source);
    if (others.length === 0 && url.protocol !== 'file:') pace.proven(url);
    const { state } = result;
    if (state === 'unchanged') {
      channel.say({ type: state, file: this.#file, source });
    } else {
      const [only, ...more] = this.#parts;
      verdicts.expect(
        this.#file,
        only === undefined || more.length > 0 || this.#wanted.resume !== null ? undefined : this.#url(only),
      );
      channel.say({ type: state, file: this.#file, size: this.#sink.position });
    }
    // Where both had the last byte, the one that it was taken from.
    const from = this.#leading ?? source;
    return { source: from, failed: this.#failed, found: from === source ? result : { state, url: this.#url(from) } };
  }

  #url(source: number): URL {
    const url = this.#urls[source];
    if (url === undefined) throw new RangeError(`there is no source ${source}`);
    return url;
  }
}

/** Sources of one file that are asked at a time. */
const maxAtOnce = 3;

/** A source of a host that has made too many errors. */
const skipped: Failure = { kind: 'skipped', status: null, message: '' };
