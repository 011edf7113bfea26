import { closeSync, ftruncateSync, writeFileSync, writeSync } from 'node:fs';

import { errorCode } from '@sb/core';
import { filesClause, isFilesError, openOutput, ownDescriptor } from '@sb/files';

import { checkKept } from './kept-descriptors.js';
import { misuse } from './usage-error.js';

/** Where `--report` or `--denials` writes. */
export class OutputFile {
  readonly #descriptor: number;
  /** Whether it belongs to the caller, who may have written to it already. */
  readonly #isPassed: boolean;

  /**
   * Opens a file of the caller, before anything is started. Links are not followed: for root one could lead to a file
   * of root. A path such as `/dev/stderr` or `/dev/fd/N` is that descriptor itself. What it has stays, and the command
   * continues after it.
   *
   * @param file - its path; an existing file is emptied; empty for standard error
   * @param option - that names it, for the error
   * @throws UsageError
   */
  constructor(file: string, option: 'report' | 'denials') {
    if (file === '-') misuse(`--${option}=- names no file`, `${dashes[option]} Write ./- for a file of that name.`);
    const passed = file === '' ? standardError : ownDescriptor(file);
    this.#isPassed = passed !== undefined;
    this.#descriptor = passed === undefined ? opened(file, option) : checked(passed, file, option);
  }

  /** Writes to it and closes it. @throws the error of the write */
  write(text: string): void {
    writeFileSync(this.#descriptor, text);
    if (!this.#isPassed) closeSync(this.#descriptor);
  }

  /** Empties it after an incomplete write. What the caller has passed stays: the rest is not a valid JSON document. */
  empty(): void {
    if (this.#isPassed) return;
    try {
      ftruncateSync(this.#descriptor);
    } catch {
      // Not a regular file, or a full disk.
    }
  }
}

const standardError = 2;

/** What `-` may have meant. */
const dashes = {
  report: 'Write --report for standard error, or --report=/dev/stdout.',
  denials: 'Write --denials for a summary on standard error, or --denials=/dev/stderr for JSON.',
} as const;

function opened(file: string, option: string): number {
  try {
    return openOutput(file);
  } catch (error) {
    if (!isFilesError(error)) throw error;
    return misuse(filesClause(error), `${error.hint ?? `Name another file for --${option}.`} Nothing was run.`);
  }
}

/** Returns a descriptor of the caller that can be written to. */
function checked(descriptor: number, file: string, option: string): number {
  if (descriptor === standardError) return descriptor;
  if (process.platform === 'linux') checkKept([descriptor]);
  try {
    // Nothing is written: the kernel only checks how it was opened (write(2)).
    writeSync(descriptor, new Uint8Array());
    return descriptor;
  } catch (error) {
    const why = errorCode(error) === 'EBADF' ? 'it is not open for writing' : (errorCode(error) ?? 'unknown error');
    return misuse(`cannot write to ${file}: ${why}`, `Name another file for --${option}. Nothing was run.`);
  }
}
