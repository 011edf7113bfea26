import { TransferFailure } from '../errors/transfer-failure.js';
import type { Started } from '../source/download.js';
import type { Sink } from '../source/sink.js';
import { fewBytes } from './patience.js';

/** The file of a race, which is written in order. */
export interface RaceEvents {
  readonly sink: Sink;
  /** Receives the source of the following bytes, before the first one. */
  readonly onLead: (source: number, started: Started) => void;
  /** Whether the written bytes can be discarded. */
  readonly mayBeginAnew: boolean;
  /** Called when a source is not needed any more: it is abandoned, without an error. */
  readonly onWithdrawn: (source: number, why: TransferFailure) => void;
}

/**
 * One file for which several sources are asked at a time. Each continues after the bytes that exist when it is asked,
 * and all must send the same file. The bytes of the leading source are written, and bytes that already exist are
 * dropped. So nothing is kept in memory, a source that stops costs nothing, and one that recovers can take part again.
 */
export class Race {
  readonly #events: RaceEvents;
  readonly #runners = new Set<Runner>();
  #leader: Runner | undefined;
  /** The facts about the file that is being written. */
  #facts: Started = { total: undefined, lastModified: undefined, isAppended: true };

  constructor(events: RaceEvents) {
    this.#events = events;
  }

  /** Bytes so far. */
  get position(): number {
    return this.#events.sink.position;
  }

  /** The source whose bytes were written last; undefined before the first. */
  get leader(): number | undefined {
    return this.#leader?.source;
  }

  /**
   * Adds a source.
   *
   * @param goesWell - whether it sends as many bytes as expected
   */
  enter(source: number, goesWell: () => boolean): Runner {
    const runner = new Runner(this, source, goesWell);
    this.#runners.add(runner);
    return runner;
  }

  /** Removes a source. */
  leave(runner: Runner): void {
    this.#runners.delete(runner);
    if (this.#leader === runner) this.#leader = undefined;
  }

  /** Takes the answer to one of them. */
  start(runner: Runner, started: Started): void {
    const { sink, mayBeginAnew } = this.#events;
    const others = [...this.#runners].filter((other) => other !== runner && other.hasStarted);
    if (others.length === 0) {
      if (!started.isAppended && !mayBeginAnew && sink.position > 0) {
        // The written bytes stay, so the file must be the same.
        if (!isSame(started, this.#facts))
          throw new TransferFailure('protocol', 'Its file differs from that of the other sources');
        this.#lead(runner, { ...this.#facts, ...ofAnother });
        return;
      }
      sink.begin(started.isAppended);
      this.#facts = started;
      this.#lead(runner, started);
      return;
    }
    // The request was unnecessary: the slow source has recovered.
    if (this.#leader?.goesWell() === true) throw this.#withdraw(runner, 'the other source continues');
    if (isSame(started, this.#facts)) return;
    if (started.isAppended || (!mayBeginAnew && sink.position > 0))
      throw new TransferFailure('protocol', 'Its file differs from that of the other sources');
    // A different file, which is sent as a whole: the earlier one is useless now.
    for (const other of others) this.#withdraw(other, 'another source has the current file');
    sink.begin(false);
    this.#facts = started;
    this.#lead(runner, started);
  }

  /** Takes bytes of one of them, which end at a position of the file. */
  write(runner: Runner, chunk: Uint8Array, end: number): Promise<void> | undefined {
    if (!this.#runners.has(runner)) return undefined;
    const { sink } = this.#events;
    const fresh = Math.min(chunk.length, end - sink.position);
    runner.twice += chunk.length - Math.max(0, fresh);
    if (fresh <= 0) {
      const isAhead = this.#leader?.goesWell() === true;
      if (isAhead && runner.twice > fewBytes(this.#facts.total ?? 0)) {
        this.#withdraw(runner, 'the other source is ahead');
      }
      return undefined;
    }
    // Another server uses other ETags.
    if (this.#leader !== runner) this.#lead(runner, { ...this.#facts, ...ofAnother });
    return sink.write(fresh === chunk.length ? chunk : chunk.subarray(chunk.length - fresh));
  }

  #lead(runner: Runner, started: Started): void {
    this.#leader = runner;
    this.#events.onLead(runner.source, started);
  }

  #withdraw(runner: Runner, why: string): TransferFailure {
    this.#runners.delete(runner);
    const failure = new TransferFailure('slower', why);
    this.#events.onWithdrawn(runner.source, failure);
    return failure;
  }
}

/** One source of the race, as the sink of its download. */
export class Runner implements Sink {
  readonly source: number;
  readonly goesWell: () => boolean;
  /** Received bytes that already existed. */
  twice = 0;
  hasStarted = false;
  readonly #race: Race;
  #position: number;

  constructor(race: Race, source: number, goesWell: () => boolean) {
    this.#race = race;
    this.#position = race.position;
    this.source = source;
    this.goesWell = goesWell;
  }

  get position(): number {
    return this.#position;
  }

  begin(isAppended: boolean): void {
    if (!isAppended) this.#position = 0;
  }

  /** Whether an answer was accepted. */
  start(started: Started): void {
    this.#race.start(this, started);
    this.hasStarted = true;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#position += chunk.length;
    return this.#race.write(this, chunk, this.#position);
  }
}

/** The facts about a file when another source continues it. */
const ofAnother = { etag: undefined, isAppended: true } as const;

/** Whether two answers are about one file: its size must be known, and its time must not differ. */
function isSame(one: Started, other: Started): boolean {
  const isConfirmed = one.isAppended || (one.lastModified !== undefined && one.lastModified === other.lastModified);
  const isOfSize = one.total === other.total && (one.total !== undefined || one.isAppended);
  return isConfirmed && isOfSize;
}
