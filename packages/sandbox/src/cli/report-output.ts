import { closeSync, ftruncateSync, writeFileSync } from 'node:fs';

import { asciiJson, errorCode } from '@sb/core';
import { filesClause, isFilesError, openOutput } from '@sb/files';

import { misuse } from './usage-error.js';

const standardError = 2;

/** The report, as one line of JSON in printable ASCII: `child.enforcement`, or `{ "error": … }` if nothing was run. */
export class ReportOutput {
  readonly #descriptor: number;
  readonly #name: string;

  /**
   * Opens the file, before anything is started.
   *
   * @param file - its path; an existing file is emptied, and a link or special file is refused; empty for standard
   *   error
   * @throws UsageError if it cannot be written
   */
  constructor(file: string) {
    this.#name = file;
    this.#descriptor = file === '' ? standardError : openedFor(file, 'report');
  }

  /**
   * Writes and closes it. A report that cannot be written as a whole does not stay there in part.
   *
   * @returns why it could not be written; undefined after success
   */
  write(value: unknown): string | undefined {
    try {
      writeWhole(this.#descriptor, `${asciiJson(value)}\n`);
      return undefined;
    } catch (error) {
      this.#empty();
      return `cannot write the report to ${this.#name || 'standard error'}: ${errorCode(error) ?? 'unknown error'}`;
    }
  }

  #empty(): void {
    try {
      ftruncateSync(this.#descriptor);
    } catch {
      // Not a regular file, or a full disk: the rest is not a valid JSON document.
    }
  }
}

/** Writes to a descriptor of {@link openedFor} or to standard error, and closes the former. */
export function writeWhole(descriptor: number, text: string): void {
  writeFileSync(descriptor, text);
  if (descriptor !== standardError) closeSync(descriptor);
}

/**
 * Opens a file of the caller for writing. Links are not followed: for root one could lead to a file of root.
 *
 * @param option - that names it, for the error
 * @throws UsageError
 */
export function openedFor(file: string, option: 'report' | 'denials'): number {
  try {
    return openOutput(file);
  } catch (error) {
    if (!isFilesError(error)) throw error;
    return misuse(filesClause(error), `${error.hint ?? `Name another file for --${option}.`} Nothing was run.`);
  }
}
