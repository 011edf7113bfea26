import { closeSync } from 'node:fs';

import { asciiJson, clauseOf, isFolderLost, isSandboxError, lostFolder } from '@sb/core';
import { filesClause, isFilesError, openOutput, writeFailed, writeWhole } from '@sb/files';

import { printMessage } from '../ui/print-message.js';

/**
 * The file of `--report`. It is opened while this process still may, and closed before the network is used. Otherwise
 * the code that parses network data could empty the file, which may contain reports of other processes.
 */
export class ReportFile implements Disposable {
  readonly #path: string | undefined;
  #descriptor: number | undefined;

  /**
   * @param path - undefined if no report was asked for. If it cannot be opened, a warning is shown and the download
   *   continues
   */
  constructor(path: string | undefined) {
    this.#path = path;
    try {
      this.#descriptor = path === undefined ? undefined : openOutput(path, 0o644, 'end');
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Undefined if no report was asked for, if it could not be opened, or if it is closed. */
  get descriptor(): number | undefined {
    return this.#descriptor;
  }

  /**
   * Appends a document as one line, and closes the file. If it cannot be written, a warning is shown and nothing is
   * undone.
   */
  append(document: object): void {
    if (this.#descriptor === undefined) return;
    try {
      writeWhole(this.#descriptor, `${asciiJson(document)}\n`);
    } catch (error) {
      this.#warn(error);
    }
    this.#close();
  }

  #warn(error: unknown): void {
    const { why, hint } = reasonOf(error, this.#path ?? '');
    printMessage('warning', { text: `cannot write the report ${this.#path}: ${why}`, hint });
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

function reasonOf(error: unknown, path: string): { readonly why: string; readonly hint: string | undefined } {
  if (isFolderLost(error)) return { why: lostFolder.what, hint: lostFolder.hint };
  if (isFilesError(error)) return { why: filesClause(error), hint: error.hint };
  if (isSandboxError(error)) return { why: clauseOf(error), hint: error.hint };
  return reasonOf(writeFailed(path, error), path);
}
