import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { FetcherError } from '../errors/fetcher-error.js';
import { openSourceFile } from './source-file.js';

/** The `file:` sources of one file, opened: a worker gets their descriptors, and needs no right of its own to them. */
export class LocalSources {
  readonly #opened = new Map<number, number>();
  readonly #failures = new Map<number, FetcherError>();

  /**
   * Opens what can be opened; what can't be fails when it is its turn, like a server that doesn't answer.
   *
   * @param sources - of one file, in their order; all but `file:` are left alone
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
   * Hands over what is open of some sources.
   *
   * @param left - their places
   * @param handOver - takes a descriptor and gives the number that it has in the worker
   * @returns these numbers, by their place among those
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
