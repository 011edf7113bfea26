/**
 * While no answer is known, checks without a byte after which another source is asked in addition: a quarter of a
 * second. It is the delay between two attempts of RFC 8305, section 5.
 */
export const shortPatience = 5;

/** Checks after which a source counts as slow for every file: one second without an answer, less without a byte. */
export const answerPatience = 20;
export const bytePatience = 15;

/** The least patience, in checks: 200 ms. */
const leastPatience = 4;

/**
 * The last bytes of a file: so few that requesting them elsewhere costs almost nothing. A race permits the same number
 * of bytes twice.
 *
 * @param left - bytes that are missing
 * @param total - bytes of the whole file
 */
export function isTail(left: number, total: number): boolean {
  return left <= fewBytes(total);
}

/** A fortieth of a file, or at least a part of a connection's buffer. */
export function fewBytes(total: number): number {
  return Math.max(16 * 1024, total / 40);
}

/**
 * Returns the checks to wait for the last bytes: 100 ms, the least of RFC 8305, or three times as long as the source
 * has been silent before.
 *
 * @param gap - its longest silence so far, in checks
 */
export function tailPatience(gap: number): number {
  return Math.max(2, factor * gap);
}

/** How many times longer than the slowest of the latest answers a source may be silent, and their number. */
const factor = 3;
const latest = 8;

/** How long to wait for a byte, from how long the latest answers took. All times are numbers of checks. */
export class Patience {
  readonly #answers: number[] = [];

  /** Records an answer. */
  answered(checks: number): void {
    this.#answers.push(checks);
    if (this.#answers.length > latest) this.#answers.shift();
  }

  /** Checks to wait before another source is asked in addition. */
  get checks(): number {
    if (this.#answers.length === 0) return shortPatience;
    return Math.min(answerPatience, Math.max(leastPatience, factor * (Math.max(...this.#answers) + 1)));
  }
}
