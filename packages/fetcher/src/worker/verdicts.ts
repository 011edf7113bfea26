import type { ParentChannel } from './parent-channel.js';
import type { Trust } from './trust.js';

/** The verdicts of the parent on complete files: only the parent has their checksums. */
export class Verdicts {
  readonly #channel: Pick<ParentChannel, 'say'>;
  readonly #trust: Pick<Trust, 'judge'>;
  readonly #waiting = new Map<number, (isRight: boolean | null) => void>();

  constructor(channel: Pick<ParentChannel, 'say'>, trust: Pick<Trust, 'judge'>) {
    this.#channel = channel;
    this.#trust = trust;
  }

  /**
   * Asks the parent about a file, all of whose bytes were sent to it, and records the answer.
   *
   * @param from - its only source
   * @returns whether it is wrong; false if the parent could not compare it
   */
  async isWrong(file: number, from: URL): Promise<boolean> {
    const verdict = new Promise<boolean | null>((resolve) => this.#waiting.set(file, resolve));
    this.#channel.say({ type: 'complete', file });
    const isRight = await verdict;
    this.#trust.judge(from, isRight);
    return isRight === false;
  }

  /** Takes the verdict of the parent on a file. */
  judge(file: number, isRight: boolean | null): void {
    this.#waiting.get(file)?.(isRight);
    this.#waiting.delete(file);
  }
}
