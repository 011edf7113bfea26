import type { Trust } from './trust.js';

/** The verdicts of the parent on complete files: only the parent has their checksums. */
export class Verdicts {
  readonly #trust: Trust;
  /** The source of a file; undefined if it has several. */
  readonly #sources = new Map<number, URL | undefined>();

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** Reports a complete file to the parent, and waits for the verdict. */
  expect(file: number, source: URL | undefined): void {
    this.#sources.set(file, source);
  }

  /** Takes the verdict of the parent on a file. */
  judge(file: number, isRight: boolean): void {
    const source = this.#sources.get(file);
    if (source !== undefined) this.#trust.judge(source, isRight);
  }
}
