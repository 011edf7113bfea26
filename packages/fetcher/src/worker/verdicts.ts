import type { Trust } from './trust.js';

/** What the parent says of whole files: it has their sums, and nobody else can tell. */
export class Verdicts {
  readonly #trust: Trust;
  /** From where a file came; undefined where it came from several. */
  readonly #sources = new Map<number, URL | undefined>();

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** A file is whole, and its parent is told so. */
  expect(file: number, source: URL | undefined): void {
    this.#sources.set(file, source);
  }

  /** The parent has compared a file. */
  judge(file: number, isRight: boolean): void {
    const source = this.#sources.get(file);
    if (source !== undefined) this.#trust.judge(source, isRight);
  }
}
