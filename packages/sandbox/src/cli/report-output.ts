import { closeSync, ftruncateSync, writeFileSync } from 'node:fs';

import { asciiJson, errorCode } from '@sb/core';
import { filesClause, isFilesError, openOutput } from '@sb/files';

import { misuse } from './usage-error.js';

const standardError = 2;

/** Where the report goes, as one line of JSON in printable ASCII: `child.enforcement`, or `{ "error": … }` where nothing was run. */
export class ReportOutput {
  readonly #descriptor: number;
  readonly #name: string;

  /**
   * Opens the file, before anything is started.
   *
   * @param file - its path, emptied if it exists, and no link or special file; empty for standard error
   * @throws UsageError if it can't be written
   */
  constructor(file: string) {
    this.#name = file;
    this.#descriptor = file === '' ? standardError : openedFor(file);
  }

  /**
   * Writes and closes it. What can't be written as a whole isn't left there in part.
   *
   * @returns why it could not be written; undefined where it was
   */
  write(value: unknown): string | undefined {
    try {
      writeFileSync(this.#descriptor, `${asciiJson(value)}\n`);
      if (this.#descriptor !== standardError) closeSync(this.#descriptor);
      return undefined;
    } catch (error) {
      this.#empty();
      return `the report could not be written to ${this.#name || 'standard error'}: ${errorCode(error) ?? 'unknown'}`;
    }
  }

  #empty(): void {
    try {
      ftruncateSync(this.#descriptor);
    } catch {
      // No regular file, or one that is full beyond help: what is there is no JSON document.
    }
  }
}

/** No link is followed: as root it could lead to a file of root's. */
function openedFor(file: string): number {
  try {
    return openOutput(file);
  } catch (error) {
    if (!isFilesError(error)) throw error;
    return misuse(filesClause(error), `${error.hint ?? 'Name another file for --report.'} Nothing was run.`);
  }
}
