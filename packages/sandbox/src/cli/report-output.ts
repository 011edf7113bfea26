import { asciiJson, errorCode } from '@sb/core';

import { OutputFile } from './output-file.js';

/** The report, as one line of JSON in printable ASCII: `child.enforcement`, or `{ "error": … }` if nothing was run. */
export class ReportOutput {
  readonly #file: OutputFile;
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
    this.#file = new OutputFile(file, 'report');
  }

  /**
   * Writes and closes it. A report that cannot be written as a whole does not stay there in part.
   *
   * @returns why it could not be written; undefined after success
   */
  write(value: unknown): string | undefined {
    try {
      this.#file.write(`${asciiJson(value)}\n`);
      return undefined;
    } catch (error) {
      this.#file.empty();
      return `cannot write the report to ${this.#name || 'standard error'}: ${errorCode(error) ?? 'unknown error'}`;
    }
  }
}
