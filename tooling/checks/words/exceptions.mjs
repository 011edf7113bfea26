// Sentences that stay as they are, and which of them are still there.
// @ts-check
import { problemsIn } from './problems.mjs';

/** @typedef {{ readonly file: string, readonly words: string, readonly reason: string }} Exception */

/** Judges texts but for some exceptions, and knows which of these it has met. */
export class Exceptions {
  /** @type {Set<Exception>} */
  #met = new Set();

  /** @param {readonly Exception[]} list */
  constructor(list) {
    this.list = list;
  }

  /** @type {(file: string) => (text: string) => readonly string[]} */
  judgeOf(file) {
    return (text) => {
      const problems = problemsIn(text);
      if (problems.length === 0) return [];
      const exception = this.list.find((one) => one.file === file && text.includes(one.words));
      if (exception === undefined) return problems;
      this.#met.add(exception);
      return [];
    };
  }

  /** What is wrong with the list itself. @param {number} most how many there may be */
  problems(most) {
    return [
      ...(this.list.length > most ? [`${this.list.length} exceptions are listed: at most ${most}`] : []),
      ...this.list
        .filter(({ reason }) => reason.trim() === '')
        .map(({ file }) => `an exception of ${file} has no reason`),
      ...this.list
        .filter((one) => !this.#met.has(one))
        .map(({ file, words }) => `the exception "${words}" of ${file} is not needed: remove it`),
    ];
  }
}
