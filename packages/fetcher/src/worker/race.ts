import { TransferFailure } from '../errors/transfer-failure.js';
import type { Started } from '../source/download.js';
import type { Sink } from '../source/sink.js';

/** What a race is about: one file, in order. */
export interface RaceEvents {
  readonly sink: Sink;
  /** Told of the source that the bytes come from which follow, before the first one. */
  readonly onLead: (source: number, started: Started) => void;
  /** Whether what was written can be thrown away. */
  readonly mayBeginAnew: boolean;
  /** Told that a source has nothing more to do here: it is let go of, and not to be blamed. */
  readonly onWithdrawn: (source: number, why: TransferFailure) => void;
}

/** Bytes that may come twice of one file: the fortieth part of it, and a piece of a connection's buffer at least. */
const minTwice = 16 * 1024;

/**
 * One file that several sources are asked for at a time. Each goes on behind what is there when it is asked, and all are
 * of the same file: what is ahead of the others is written, and what is there already is dropped. So nothing is held in
 * memory, a source that stands still costs nothing, and one that comes back is welcome.
 */
export class Race {
  readonly #events: RaceEvents;
  readonly #runners = new Set<Runner>();
  #leader: Runner | undefined;
  /** What was said of the file that is written. */
  #facts: Started = { total: undefined, lastModified: undefined, isAppended: true };

  constructor(events: RaceEvents) {
    this.#events = events;
  }

  /** Bytes that are there. */
  get position(): number {
    return this.#events.sink.position;
  }

  /** The source whose bytes were written last; undefined before there are any. */
  get leader(): number | undefined {
    return this.#leader?.source;
  }

  /**
   * Lets a source take part.
   *
   * @param goesWell - whether bytes come of it as can be expected
   */
  enter(source: number, goesWell: () => boolean): Runner {
    const runner = new Runner(this, source, goesWell);
    this.#runners.add(runner);
    return runner;
  }

  /** A source takes part no longer. */
  leave(runner: Runner): void {
    this.#runners.delete(runner);
    if (this.#leader === runner) this.#leader = undefined;
  }

  /** A server's answer to one of them. */
  start(runner: Runner, started: Started): void {
    const { sink, mayBeginAnew } = this.#events;
    const others = [...this.#runners].filter((other) => other !== runner && other.hasStarted);
    if (others.length === 0) {
      if (!started.isAppended && !mayBeginAnew && sink.position > 0) {
        // What was written stays, and so has to be the same.
        if (!isSame(started, this.#facts)) throw new TransferFailure('protocol', 'It has another file than the others');
        this.#lead(runner, { ...this.#facts, ...ofAnother });
        return;
      }
      sink.begin(started.isAppended);
      this.#facts = started;
      this.#lead(runner, started);
      return;
    }
    // It was asked for nothing: who was slow has recovered.
    if (this.#leader?.goesWell() === true) throw this.#withdraw(runner, 'the other one goes on');
    if (isSame(started, this.#facts)) return;
    if (started.isAppended || (!mayBeginAnew && sink.position > 0))
      throw new TransferFailure('protocol', 'It has another file than the others');
    // Another file, of which all of it comes: the one that was begun is of no use any more.
    for (const other of others) this.#withdraw(other, 'another one has the file as it is now');
    sink.begin(false);
    this.#facts = started;
    this.#lead(runner, started);
  }

  /** Bytes of one of them, which end at a position of the file. */
  write(runner: Runner, chunk: Uint8Array, end: number): Promise<void> | undefined {
    if (!this.#runners.has(runner)) return undefined;
    const { sink } = this.#events;
    const fresh = Math.min(chunk.length, end - sink.position);
    runner.twice += chunk.length - Math.max(0, fresh);
    if (fresh <= 0) {
      const isAhead = this.#leader?.goesWell() === true;
      if (isAhead && runner.twice > Math.max(minTwice, (this.#facts.total ?? 0) / 40)) {
        this.#withdraw(runner, 'the other one is ahead');
      }
      return undefined;
    }
    // Another server has other ETags.
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

/** One source that takes part, as what its download goes into. */
export class Runner implements Sink {
  readonly source: number;
  readonly goesWell: () => boolean;
  /** Bytes that were there already when they came. */
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

  /** A server's answer was taken. */
  start(started: Started): void {
    this.#race.start(this, started);
    this.hasStarted = true;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#position += chunk.length;
    return this.#race.write(this, chunk, this.#position);
  }
}

/** What is said of a file when another source goes on with it. */
const ofAnother = { etag: undefined, isAppended: true } as const;

/** Whether two answers are of one file: its size at least has to be known, and its time not to differ. */
function isSame(one: Started, other: Started): boolean {
  const isConfirmed = one.isAppended || (one.lastModified !== undefined && one.lastModified === other.lastModified);
  const isOfSize = one.total === other.total && (one.total !== undefined || one.isAppended);
  return isConfirmed && isOfSize;
}
