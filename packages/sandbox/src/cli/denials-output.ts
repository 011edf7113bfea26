import { homedir } from 'node:os';

import { asciiJson, errorCode } from '@sb/core';

import type { Denial, Denials } from '../denials/denial.js';
import { shellWord } from '../export/shell-word.js';
import { complain } from './output.js';
import { openedFor, writeWhole } from './report-output.js';

/** The most lines of the summary. */
const mostLines = 20;

/** The most bytes of the file. */
const mostBytes = 4 * 2 ** 20;

/** What people call a right. */
const verbs: Readonly<Record<string, string>> = {
  read_file: 'read',
  read_dir: 'read',
  write_file: 'write',
  truncate: 'write',
  execute: 'execute',
};

/** The denials of a run: a summary on standard error, and lines of JSON in a file. */
export class DenialsOutput {
  readonly #name: string;
  readonly #descriptor: number | undefined;
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
    this.#descriptor = file === '' ? undefined : openedFor(file, 'denials');
    this.#isShown = file === '' || isTerminal;
  }

  /**
   * Writes and closes the file.
   *
   * @returns why it could not be written; undefined after success
   */
  write(denials: Denials): string | undefined {
    if (this.#isShown) for (const line of summary(denials)) complain(line);
    if (this.#descriptor === undefined) return undefined;
    try {
      writeWhole(this.#descriptor, linesOf(denials));
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

/** The summary, in lines. */
export function summary({ all, lost, state }: Denials): readonly string[] {
  const shown = all.slice(0, mostLines).map(lineOf);
  const more = all.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`denied: ${more} more, which --denials=FILE lists`] : []),
    ...(lost > 0 ? [`denied: ${lost} calls were not listed, since there were too many different ones`] : []),
    ...(state === 'interrupted'
      ? ['the supervisor ended before the command: since then calls that name files failed with ENOSYS']
      : []),
  ];
}

function lineOf({ right, call, path = '', port, to, count, add }: Denial): string {
  const moves = call.startsWith('link') ? 'link' : 'rename';
  const verb = to === undefined ? (verbs[right] ?? right.replace(/_.*/, '')) : moves;
  // The program chose the names: quoted, none of them can look like advice.
  const names = port === undefined ? [path, ...(to === undefined ? [] : [to])].map(shellWord) : [`TCP port ${port}`];
  const words = [verb, ...names].join(' ');
  const times = count === 1 ? '' : ` (${count} times)`;
  const more = port === undefined ? '' : `; --why '${verb} ${port}' says what allows it`;
  if (add === undefined) return `denied: ${words}${times}${more}`;
  const [option = '', of = ''] = add.options ?? [];
  const how =
    option === '' ? `this rule in landlock.paths of a policy: ${asciiJson(add.path)}` : `${option} ${atHome(of)}`;
  return `denied: ${words}${times}; allow with ${how}`;
}

/** A path as a word of the shell, with `~` for the home directory of the caller. */
function atHome(path: string): string {
  const home = homedir();
  const rest = path.startsWith(`${home}/`) ? path.slice(home.length) : '';
  return rest !== '' && shellWord(rest) === rest ? `~${rest}` : shellWord(path);
}
