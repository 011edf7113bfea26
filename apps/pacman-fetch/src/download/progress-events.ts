import { basename } from 'node:path';

import type { FileProgress, Outcome, Progress } from '@sb/fetcher';

import type { DisplayEvent } from '../ui/events.js';

/**
 * Turns what a fetcher tells of its progress into events of a display.
 *
 * Files get their names when all are there. For people each is done as soon as its last byte is there, as in pacman; a
 * program is told only of what is so.
 */
export class ProgressEvents {
  readonly #isForPeople: boolean;
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(isForPeople: boolean) {
    this.#isForPeople = isForPeople;
  }

  /** The events of one progress. */
  of({ files }: Progress): readonly DisplayEvent[] {
    return files.flatMap((file) => (file.state === 'active' ? this.#active(file) : []));
  }

  /** The events of a file's end; one that came between two progresses has its beginning here. */
  ending({ to, status }: Pick<Outcome, 'to' | 'status'>): readonly DisplayEvent[] {
    const name = basename(to);
    const start: readonly DisplayEvent[] = this.#begun.has(to) ? [] : [{ event: 'start', name }];
    if (status === 'done') return [...start, { event: 'done', name }];
    return status === 'unchanged' ? [...start, { event: 'upToDate', name }] : [];
  }

  #active({ to, received, total }: FileProgress): readonly DisplayEvent[] {
    const name = basename(to);
    const size = total === undefined ? {} : { size: total };
    if (this.#ended.has(to)) return [];
    if (!this.#begun.has(to)) {
      this.#begun.add(to);
      return [{ event: 'start', name, ...size, offset: received }];
    }
    const progress: DisplayEvent = { event: 'progress', name, received, ...size };
    if (!this.#isForPeople || received !== total) return [progress];
    this.#ended.add(to);
    return [progress, { event: 'done', name }];
  }
}
