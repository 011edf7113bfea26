import { readFileSync } from 'node:fs';

import { childrenOf } from '../kit/fetch-program.js';

/** Milliseconds between two looks: a process starts and ends in more. */
const interval = 10;

/** All that a process starts, directly or not, for as long as it is watched. */
export class Family implements Disposable {
  readonly #members = new Set<number>();
  readonly #timer: NodeJS.Timeout;
  readonly #look: () => void;

  /** @param pid - of the process */
  constructor(pid: number) {
    this.#look = () => {
      for (const one of [pid, ...this.#members]) {
        for (const child of children(one)) this.#members.add(child);
      }
    };
    this.#timer = setInterval(this.#look, interval);
  }

  /** Looks once more, and no more afterwards. */
  freeze(): void {
    this.#look();
    clearInterval(this.#timer);
  }

  /** How many there were so far. */
  get size(): number {
    return this.#members.size;
  }

  /** Those that are there now; one that has ended and waits for its parent is not. */
  alive(): readonly number[] {
    return [...this.#members].filter(isAlive);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function children(pid: number): readonly number[] {
  try {
    return childrenOf(pid);
  } catch {
    // It ended meanwhile.
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
