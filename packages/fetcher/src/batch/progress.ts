import { clockNow } from '@sb/core';

import type { CheckedRequest } from '../request/check.js';
import type { FileReport } from '../parent/file-reports.js';
import type { FileProgress, Outcome, Progress } from '../request/options.js';
import { rateOf, type Reading, secondsLeft, withReading } from './rate.js';

/** Milliseconds between two events: at most nine a second, and the last one. */
const eventInterval = 120;

/** Milliseconds after which an event is sent although no bytes arrived, for a display of rates. */
const heartbeat = 1000;

/** The progress of one file. */
interface Entry {
  readonly to: string;
  state: FileProgress['state'];
  received: number;
  /** Bytes of an earlier attempt that are kept. */
  offset: number;
  /** Milliseconds of a steady clock; undefined before the first report about it. */
  begunAt: number | undefined;
  endedAt: number | undefined;
  total: number | undefined;
  readings: readonly Reading[];
  hasChanged: boolean;
}

/** Who receives the progress, and what it depends on. */
interface MeterOptions {
  readonly tell: ((progress: Progress) => void) | undefined;
  /** Simultaneous downloads. */
  readonly parallel: number;
}

/** What a worker reports about a file. */
interface Said extends Pick<FileReport, 'hasStarted' | 'total'> {
  /** Whether it and its signature are finished. */
  readonly hasEnded: boolean;
}

/**
 * Collects the progress of the files of a batch, and reports it at intervals. What a worker reports about a file is
 * limited to the permitted size of the file before it arrives here.
 */
export class ProgressMeter implements Disposable {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #tell: ((progress: Progress) => void) | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Bytes that arrived in this batch, also those of failed files. The total rate is measured by them. */
  #transferred = 0;
  #readings: readonly Reading[];
  #toldAt = Number.NEGATIVE_INFINITY;
  /** When each download could start, in their order: the first ones at once, and then one each time another ends. */
  readonly #turns: number[];
  #begun = 0;

  constructor(requests: readonly CheckedRequest[], { tell, parallel }: MeterOptions) {
    const fresh = { state: 'waiting', received: 0, offset: 0, begunAt: undefined, endedAt: undefined } as const;
    const entries = requests.map(({ to, size }): Entry => {
      return { ...fresh, to, total: size ?? undefined, readings: [], hasChanged: false };
    });
    this.#turns = Array.from({ length: parallel }, clockNow);
    this.#entries = new Map(entries.map((entry) => [entry.to, entry]));
    this.#tell = tell;
    this.#readings = [{ at: clockNow(), bytes: 0 }];
    if (tell === undefined) return;
    this.#timer = setInterval(() => this.#tick(), eventInterval);
  }

  /** Records the size of a file before the first byte arrives. */
  open(to: string, received: number): void {
    const entry = this.#entries.get(to);
    if (entry !== undefined) entry.received = entry.offset = received;
  }

  /**
   * Records the progress of a file.
   *
   * @param to - its path
   * @param received - its size in bytes
   * @param report - the report of its worker
   */
  update(to: string, received: number, { hasStarted, hasEnded, total }: Said): void {
    const entry = this.#entries.get(to);
    if (entry === undefined) return;
    const now = clockNow();
    entry.begunAt ??= this.#turns[this.#begun++] ?? now;
    // It was started again: the earlier content is discarded.
    if (received < entry.offset) entry.offset = 0;
    if (hasEnded && entry.endedAt === undefined) {
      entry.endedAt = now;
      this.#turns.push(now);
    }
    this.#transferred += Math.max(0, received - entry.received);
    entry.state = 'active';
    entry.received = received;
    if (hasStarted) entry.total = total ?? entry.total;
    entry.readings = withReading(entry.readings, { at: now, bytes: received });
    entry.hasChanged = true;
  }

  /** Records the end of a file. */
  end(outcome: Outcome): void {
    const entry = this.#entries.get(outcome.to);
    if (entry === undefined) return;
    entry.state = outcome.status;
    if (outcome.status === 'done') entry.received = outcome.size;
    if (outcome.status !== 'failed') entry.total = entry.received;
    entry.hasChanged = true;
  }

  /** Reports the end, however recent the last event was. */
  finish(): void {
    if ([...this.#entries.values()].some(({ hasChanged }) => hasChanged)) this.#report();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const entries = [...this.#entries.values()];
    const hasChanged = entries.some((entry) => entry.hasChanged);
    const isActive = entries.some(({ state }) => state === 'active');
    if (hasChanged || (isActive && clockNow() - this.#toldAt >= heartbeat)) this.#report();
  }

  #report(): void {
    this.#toldAt = clockNow();
    this.#readings = withReading(this.#readings, { at: this.#toldAt, bytes: this.#transferred });
    const entries = [...this.#entries.values()];
    const files = entries.filter(({ state, hasChanged }) => hasChanged || state === 'active');
    for (const entry of files) entry.hasChanged = false;
    const received = sum(entries.map((entry) => entry.received));
    const totals = entries.flatMap(({ state, total, received: own }) => (state === 'failed' ? own : (total ?? [])));
    const total = totals.length === entries.length ? sum(totals) : undefined;
    const rate = rateOf(this.#readings);
    const ended = entries.filter(({ state }) => state !== 'waiting' && state !== 'active').length;
    this.#tell?.({
      files: files.map((entry) => this.#fileProgress(entry)),
      overall: { files: entries.length, ended, received, total, rate, eta: secondsLeft(received, total, rate) },
    });
  }

  #fileProgress(entry: Entry): FileProgress {
    const { to, state, received, offset, total, begunAt = this.#toldAt, endedAt = this.#toldAt } = entry;
    const base = { to, state, received, offset, elapsed: Math.max(0, endedAt - begunAt), total };
    if (state !== 'active') return { ...base, rate: 0, eta: undefined };
    entry.readings = withReading(entry.readings, { at: this.#toldAt, bytes: received });
    const rate = rateOf(entry.readings);
    return { ...base, rate, eta: secondsLeft(received, total, rate) };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
