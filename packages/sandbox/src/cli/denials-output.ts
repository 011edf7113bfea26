import { asciiJson, errorCode } from '@sb/core';

import type { Denials } from '../denials/denial.js';
import { summary, type SummarySubject } from './denials-summary.js';
import { complain } from './output.js';
import { OutputFile } from './output-file.js';

/** The most bytes of the file. */
const mostBytes = 4 * 2 ** 20;

/** The denials of a run: a summary on standard error, and lines of JSON in a file. */
export class DenialsOutput {
  readonly #name: string;
  readonly #file: OutputFile | undefined;
  readonly #isShown: boolean;

  /**
   * Opens the file, before anything is started.
   *
   * @param file - its path, as for `--report`; empty for a summary alone
   * @param isTerminal - whether standard error is one. With a file, only a terminal gets the summary
   * @throws UsageError if it cannot be written
   */
  constructor(file: string, isTerminal: boolean) {
    this.#name = file;
    this.#file = file === '' ? undefined : new OutputFile(file, 'denials');
    this.#isShown = file === '' || isTerminal;
  }

  /**
   * Writes and closes the file.
   *
   * @param denials - of the run
   * @param subject - what ran
   * @returns why it could not be written; undefined after success
   */
  write(denials: Denials, subject: SummarySubject): string | undefined {
    if (this.#isShown) for (const line of summary(denials, subject)) complain(line);
    try {
      this.#file?.write(linesOf(denials));
      return undefined;
    } catch (error) {
      return `cannot write the denials to ${this.#name}: ${errorCode(error) ?? 'unknown error'}`;
    }
  }
}

/** The last line has what is missing, if anything is. */
function linesOf({ all, lost, state }: Denials): string {
  const lines: string[] = [];
  let [length, cut] = [0, 0];
  for (const denial of all) {
    const line = `${asciiJson(denial)}\n`;
    length += line.length;
    if (length <= mostBytes) lines.push(line);
    else cut += denial.count;
  }
  const isWhole = lost + cut === 0 && state === 'complete';
  return lines.join('') + (isWhole ? '' : `${asciiJson({ lost: lost + cut, state })}\n`);
}
