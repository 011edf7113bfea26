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
   * Hands over what is open, from a source on.
   *
   * @param from - place of the first one
   * @param handOver - takes a descriptor and gives the number that it has in the worker
   * @returns these numbers, by their place behind the first
   */
  handOver(from: number, handOver: (descriptor: number) => number): Readonly<Record<number, number>> {
    const rest = [...this.#opened].filter(([source]) => source >= from);
    return Object.fromEntries(rest.map(([source, descriptor]) => [source - from, handOver(descriptor)]));
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
