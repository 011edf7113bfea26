import { basename } from 'node:path';

import type { Outcome } from '@sb/fetcher';

import { checkDatabases, type DatabaseAnswer } from './database-check.js';

/** What {@link EarlyCheck} asks pacman. */
export interface Question {
  /** Options with which pacman reads the same databases. */
  readonly options: readonly string[];
  /** Paths of the databases. */
  readonly paths: readonly string[];
  /** Stops it when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Asks pacman about the databases as they are, while the servers are asked whether there are newer ones. Mostly they have the
 * same, and then the answer counts. The lock must be held until then.
 */
export class EarlyCheck implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #answer: Promise<DatabaseAnswer>;

  constructor({ options, paths, signal }: Question) {
    const names = paths.map((path) => basename(path, '.db'));
    this.#answer = checkDatabases(options, names, AbortSignal.any([signal, this.#end.signal]));
    // It is thrown only if the answer counts.
    this.#answer.catch(() => undefined);
  }

  /**
   * What pacman says about them.
   *
   * @param outcomes - of all these databases
   * @returns undefined if they are not the same as before
   * @throws as `checkDatabases`
   */
  async answer(outcomes: readonly Outcome[]): Promise<DatabaseAnswer | undefined> {
    return outcomes.every(isAsBefore) ? await this.#answer : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#answer.catch(() => undefined);
  }
}

function isAsBefore(outcome: Outcome): boolean {
  return outcome.status === 'unchanged' && outcome.signature?.status !== 'done';
}
