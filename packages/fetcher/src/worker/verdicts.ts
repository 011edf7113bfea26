import type { ParentChannel } from './parent-channel.js';
import type { Survey } from './survey.js';
import type { Trust } from './trust.js';

/** The verdicts of the parent on complete files: only the parent has their checksums. */
export class Verdicts {
  readonly #channel: Pick<ParentChannel, 'say'>;
  readonly #trust: Trust;
  readonly #survey: Pick<Survey, 'odd'>;
  readonly #waiting = new Map<number, (isRight: boolean | null) => void>();

  constructor(channel: Pick<ParentChannel, 'say'>, trust: Trust, survey: Pick<Survey, 'odd'>) {
    this.#channel = channel;
    this.#trust = trust;
    this.#survey = survey;
  }

  /**
   * Asks the parent about a file, all of whose bytes were sent to it, and records the answer.
   *
   * @param from - its only source
   * @param others - sources that are compared with it if it is the first wrong file of its host
   * @returns whether it is wrong; false if the parent could not compare it
   */
  async isWrong(file: number, from: URL, others: readonly URL[]): Promise<boolean> {
    const verdict = new Promise<boolean | null>((resolve) => this.#waiting.set(file, resolve));
    this.#channel.say({ type: 'complete', file });
    const isRight = await verdict;
    // Before the end of the trial, for which other files wait.
    if (isRight === false && !this.#trust.isLiar(from)) {
      for (const url of await this.#survey.odd(from, others)) this.#trust.doubt(url);
    }
    this.#trust.judge(from, isRight);
    return isRight === false;
  }

  /** Takes the verdict of the parent on a file. */
  judge(file: number, isRight: boolean | null): void {
    this.#waiting.get(file)?.(isRight);
    this.#waiting.delete(file);
  }
}
