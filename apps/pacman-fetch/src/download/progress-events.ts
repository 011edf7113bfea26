import { basename } from 'node:path';

import type { FileProgress, Outcome, Progress } from '@sb/fetcher';

import type { DisplayEvent } from '../ui/events.js';

/** The part of an outcome that is shown. */
type Ending =
  | { readonly status: 'done'; readonly size: number }
  | { readonly status: Exclude<Outcome['status'], 'done'> };

/**
 * Turns the progress of a fetcher into events of a display.
 *
 * Files get their names when all are complete. For people, a file is shown as done when its last byte has arrived, as
 * in pacman. For programs, it is reported as done when it has its name.
 */
export class ProgressEvents {
  readonly #isForPeople: boolean;
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(isForPeople: boolean) {
    this.#isForPeople = isForPeople;
  }

  /** The events of one progress report. */
  of({ files }: Progress): readonly DisplayEvent[] {
    return files.flatMap((file) => {
      // A file that ended before anything was reported about it.
      const isNews = file.state === 'active' || (file.state === 'done' && !this.#begun.has(file.to));
      return isNews ? this.#underWay(file) : [];
    });
  }

  /**
   * The events of a file's end. For a file that ended between two progress reports, they include its beginning and its
   * size.
   */
  ending(outcome: Pick<Outcome, 'to'> & Ending): readonly DisplayEvent[] {
    const { to, status } = outcome;
    const name = basename(to);
    const isBegun = this.#begun.has(to);
    if (status === 'unchanged')
      return [...(isBegun ? [] : [{ event: 'start', name } as const]), { event: 'upToDate', name }];
    if (status !== 'done') return [];
    const { size } = outcome;
    return [
      ...(isBegun ? [] : [{ event: 'start', name, size } as const]),
      ...(this.#ended.has(to) ? [] : [{ event: 'progress', name, received: size, size } as const]),
      { event: 'done', name },
    ];
  }

  #underWay({ to, received, offset, elapsed, total }: FileProgress): readonly DisplayEvent[] {
    const name = basename(to);
    const size = total === undefined ? {} : { size: total };
    if (this.#ended.has(to)) return [];
    const start: DisplayEvent = { event: 'start', name, ...size, offset, elapsed: Math.round(elapsed) };
    const progress: DisplayEvent = { event: 'progress', name, received, ...size };
    const isBegun = this.#begun.has(to);
    this.#begun.add(to);
    const events = [...(isBegun ? [] : [start]), ...(isBegun || received > offset ? [progress] : [])];
    if (!this.#isForPeople || received !== total) return events;
    this.#ended.add(to);
    return [...events, { event: 'done', name }];
  }
}
