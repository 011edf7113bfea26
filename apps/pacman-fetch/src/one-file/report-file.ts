import { closeSync, constants, openSync, writeSync } from 'node:fs';

// Not through a symbolic link that somebody else may have set, and without waiting for the other end of a pipe.
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The file of `--report`, opened while this process may still open it. */
export class ReportFile implements Disposable {
  /** Undefined where nobody asked for a report, or it could not be opened. */
  readonly descriptor: number | undefined;
  readonly #path: string | undefined;

  /** @param path - undefined where nobody asked for one; one that can't be opened is said, and stops nothing */
  constructor(path: string | undefined) {
    this.#path = path;
    try {
      this.descriptor = path === undefined ? undefined : openSync(path, flags, 0o644);
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Appends a document as one line: one that can't be written is said, and undoes nothing. */
  append(document: object): void {
    if (this.descriptor === undefined) return;
    try {
      writeSync(this.descriptor, `${JSON.stringify(document)}\n`);
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    process.stderr.write(`warning: the report ${this.#path} could not be written: ${(error as Error).message}\n`);
  }

  [Symbol.dispose](): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }
}
