import { asciiJson } from '@sb/core';

import { type Display, type DisplayEvent, isSignature } from './events.js';
import type { TextStream } from './plain-display.js';

/** Milliseconds between two events of progress of one file. */
const interval = 200;

/** A display for programs: one JSON document a line for each event, in ASCII. */
export class JsonDisplay implements Display {
  readonly #out: TextStream;
  readonly #now: () => number;
  readonly #lastProgress = new Map<string, number>();
  #hasEnded = false;

  /**
   * @param out - usually standard output
   * @param now - milliseconds of a clock that only runs forward
   */
  constructor(out: TextStream, now: () => number) {
    this.#out = out;
    this.#now = now;
  }

  show(event: DisplayEvent): void {
    if (this.#hasEnded || this.#isTooMuch(event)) return;
    this.#out.write(`${asciiJson(event)}\n`);
  }

  end(): void {
    this.#hasEnded = true;
  }

  #isTooMuch(event: DisplayEvent): boolean {
    if (!('name' in event) || event.event === 'serverFailed') return false;
    if (isSignature(event.name)) return true;
    if (event.event !== 'progress') return false;
    const last = this.#lastProgress.get(event.name);
    if (last !== undefined && this.#now() - last < interval) return true;
    this.#lastProgress.set(event.name, this.#now());
    return false;
  }
}
