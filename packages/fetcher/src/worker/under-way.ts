import type { TransferFailure } from '../errors/transfer-failure.js';
import type { Result } from '../source/download.js';
import type { Stop } from '../values/stop.js';
import type { Failure } from './attempt.js';
import type { Transfer } from './transfer.js';

/** A source that is being asked. */
export interface Running {
  readonly source: number;
  readonly url: URL;
  readonly stop: Stop;
  readonly transfer: Transfer;
  /** How many sources of the file had started before. */
  readonly began: number;
  readonly ended: Promise<Ended>;
}

/** Its outcome. */
export interface Ended {
  readonly source: number;
  readonly began: number;
  readonly result: Result | Failure;
}

/** The most sources of one file that are asked at a time. */
const maxAtOnce = 3;

/** Whether a source is enough, or may turn out to be. */
export function isHelp({ goesWell, isNew }: Transfer): boolean {
  return goesWell || isNew;
}

/** The sources of one file that are being asked. */
export class UnderWay {
  readonly #running = new Map<number, Running>();
  #wake: () => void = () => {};

  get size(): number {
    return this.#running.size;
  }

  get all(): readonly Running[] {
    return [...this.#running.values()];
  }

  get urls(): readonly URL[] {
    return this.all.map(({ url }) => url);
  }

  add(running: Running): void {
    this.#running.set(running.source, running);
  }

  /** Returns the next one that has ended, and removes it; undefined if another one should be asked. */
  async next(): Promise<Ended | undefined> {
    const woken = new Promise<undefined>((resolve) => {
      this.#wake = () => resolve(undefined);
    });
    const ended = await Promise.race([woken, ...this.all.map((one) => one.ended)]);
    if (ended !== undefined) this.#running.delete(ended.source);
    return ended;
  }

  /**
   * Records that one is slow: another one is asked in addition, unless one does well or was just asked. A source from a
   * disk never counts as slow.
   */
  slow(): void {
    const isHelped = this.all.some(({ url, transfer }) => url.protocol === 'file:' || isHelp(transfer));
    if (this.size < maxAtOnce && !isHelped) this.#wake();
  }

  abort(source: number, why: TransferFailure): void {
    this.#running.get(source)?.stop.stop(why);
  }

  /** Ends all, and waits for their end. */
  async end(why: TransferFailure): Promise<readonly Running[]> {
    const { all } = this;
    if (all.length === 0) return all;
    for (const { stop } of all) stop.stop(why);
    await Promise.all(all.map(({ ended }) => ended));
    return all;
  }
}
