/** Words of a command of sh(1), without running a shell. */
import { refuse } from '../errors.js';

/** What stands before the name of a variable in a word: no other word has this character. */
export const variable = '\0';

/** Variables of the exported scripts, as these write them. */
const variables =
  /\$(?:(image|@|podman|profile|engine)|\{(PATH):-[\w:/]+\}|\{(HOME|USER|LOGNAME|SHELL|TERM|LANG)\+--setenv \3 "\$\3"\})/y;

/** Outside of quotes: quoted text, a line that goes on, an escaped character, a mark, blanks, or other characters. */
const plain = /'([^']*)'|(\\\n)|\\([^\n])|(["$;&|<>()`\n])|([ \t]+)|([^'"\\$;&|<>()`\s]+)/y;

/** In double quotes: an escaped character, a line that goes on, a mark, or other characters. */
const quoted = /\\(["\\$`])|(\\\n)|(["$`])|([^"\\$`]+|\\)/y;

/** Where a reader is in a text. */
interface Reading {
  readonly text: string;
  readonly line: number;
  readonly words: string[];
  word: string | undefined;
  at: number;
}

/**
 * Returns the words of one command, without quotes. The value of a known variable is {@link variable} and its name. Any other
 * variable, a second command, a pipe and the like are refused: only a shell knows what they come to.
 *
 * @param text - a command, and at most comments behind it
 * @param line - number of its first line
 * @throws SandboxError `invalid-policy` with the line in `path`
 */
export function shellWords(text: string, line: number): readonly string[] {
  const reading: Reading = { text, line, words: [], word: undefined, at: 0 };
  while (reading.at < text.length) if (isEnded(reading)) break;
  endWord(reading);
  return reading.words;
}

/** Reads the next piece, and returns whether the command ends with it. */
function isEnded(reading: Reading): boolean {
  const [, single, goesOn, escaped, mark, blank, other] = next(reading, plain);
  if (blank !== undefined) endWord(reading);
  else if (mark !== undefined) return isEnd(reading, mark);
  else if (reading.word === undefined && other?.startsWith('#') === true) {
    refuseMore(reading, '#');
    return true;
  } else if (goesOn === undefined) add(reading, single ?? escaped ?? other ?? '');
  return false;
}

function isEnd(reading: Reading, mark: string): boolean {
  if (mark === '"') inQuotes(reading);
  else if (mark === '$') addVariable(reading);
  else if (mark === '\n' || mark === ';') {
    refuseMore(reading, '');
    return true;
  } else refuseAt(reading, `has an operator of the shell: ${mark}`, 'Give the command alone.');
  return false;
}

function inQuotes(reading: Reading): void {
  add(reading, '');
  for (;;) {
    const [, escaped, goesOn, mark, other] = next(reading, quoted);
    if (mark === '"') return;
    if (mark === '$') addVariable(reading);
    else if (mark !== undefined) refuseAt(reading, 'runs a command within its words', 'Write what it prints.');
    else if (goesOn === undefined) add(reading, escaped ?? other ?? '');
  }
}

/** The next piece. Only a quote without an end has none. */
function next(reading: Reading, pattern: RegExp): readonly (string | undefined)[] {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text);
  if (found === null) return refuseAt(reading, 'has a quote or a backslash without an end', 'Close the quote.');
  reading.at = pattern.lastIndex;
  return found;
}

function add(reading: Reading, more: string): void {
  reading.word = (reading.word ?? '') + more;
}

function endWord(reading: Reading): void {
  if (reading.word !== undefined) reading.words.push(reading.word);
  reading.word = undefined;
}

function addVariable(reading: Reading): void {
  variables.lastIndex = reading.at - 1;
  const found = variables.exec(reading.text);
  if (found === null) {
    const shown = reading.text.slice(reading.at - 1, reading.at + 39);
    return refuseAt(reading, `has a variable of the shell: ${shown}`, 'Write its value.');
  }
  reading.at = variables.lastIndex;
  add(reading, `${variable}${found.slice(1).find((one) => one !== undefined) ?? ''}`);
}

function refuseMore(reading: Reading, comment: string): void {
  const rest = comment + reading.text.slice(reading.at);
  if (rest.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line))) return;
  refuseAt(reading, 'is followed by another command', 'Give the one command alone.');
}

function refuseAt({ text, line, at }: Reading, what: string, hint: string): never {
  const lines = text.slice(0, Math.max(at - 1, 0)).split('\n').length - 1;
  return refuse(`line ${line + lines}`, what, hint);
}
