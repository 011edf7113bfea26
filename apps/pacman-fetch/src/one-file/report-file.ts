import { closeSync } from 'node:fs';

import { asciiJson, clauseOf, isFolderLost, isSandboxError, lostFolder } from '@sb/core';
import { openOutput, writeWhole } from '@sb/files';

import { printMessage } from '../ui/print-message.js';

/**
 * The file of `--report`, opened while this process may still open it, and closed before the network is asked: what parses
 * that could otherwise empty it, which holds what others have appended.
 */
export class ReportFile implements Disposable {
  readonly #path: string | undefined;
  #descriptor: number | undefined;

  /** @param path - undefined where nobody asked for one; one that can't be opened is said, and stops nothing */
  constructor(path: string | undefined) {
    this.#path = path;
    try {
      this.#descriptor = path === undefined ? undefined : openOutput(path, 0o644, 'end');
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Undefined where nobody asked for a report, it could not be opened, or it is closed. */
  get descriptor(): number | undefined {
    return this.#descriptor;
  }

  /** Appends a document as one line, and closes the file: one that can't be written is said, and undoes nothing. */
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
    const { why, hint } = reasonOf(error);
    printMessage('warning', { text: `the report ${this.#path} could not be written: ${why}`, hint });
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

function reasonOf(error: unknown): { readonly why: string; readonly hint: string | undefined } {
  if (isFolderLost(error)) return { why: lostFolder.what, hint: lostFolder.hint };
  if (isSandboxError(error)) return { why: clauseOf(error), hint: error.hint };
  return { why: (error as Error).message, hint: undefined };
}
