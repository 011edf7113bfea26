import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { FetcherError } from '../errors/fetcher-error.js';
import { openSourceFile } from './source-file.js';

/** The opened `file:` sources of one file. A worker gets their descriptors, so it needs no right to open them. */
export class LocalSources {
  readonly #opened = new Map<number, number>();
  readonly #failures = new Map<number, FetcherError>();

  /**
   * Opens all sources that can be opened. Any other fails when it is tried, like a server that does not answer.
   *
   * @param sources - of one file, in their order; those that are not `file:` are ignored
   */
  constructor(sources: readonly URL[]) {
    for (const [index, source] of sources.entries()) {
      if (source.protocol !== 'file:') continue;
      try {
        this.#opened.set(index, openSourceFile(fileURLToPath(source)));
      } catch (error) {
        if (!(error instanceof FetcherError)) throw error;
        this.#failures.set(index, error);
      }
    }
  }

  /**
   * Hands over the open descriptors of some sources.
   *
   * @param left - their indexes
   * @param handOver - takes a descriptor, and returns its number in the worker
   * @returns these numbers, by their index in `left`
   */
  handOver(left: readonly number[], handOver: (descriptor: number) => number): Readonly<Record<number, number>> {
    const found = [...left.entries()].flatMap(([place, source]) => {
      const descriptor = this.#opened.get(source);
      return descriptor === undefined ? [] : [[place, handOver(descriptor)] as const];
    });
    return Object.fromEntries(found);
  }

  /** Why a source could not be opened. */
  failure(source: number): FetcherError | undefined {
    return this.#failures.get(source);
  }

  close(): void {
    for (const descriptor of this.#opened.values()) closeSync(descriptor);
    this.#opened.clear();
  }
}
