/** The entry of a netrc file for one host. */
export interface NetrcEntry {
  /** Its name, in lower case. */
  readonly machine: string;
  readonly login: string;
  readonly password: string;
}

/** The error of an invalid netrc file. The message has the line, but not the content. */
export class NetrcError extends Error {
  override readonly name = 'NetrcError';
}

/** A word of the file, or its end. */
interface Token {
  readonly text: string;
  /** A word in quotes is never a keyword. */
  readonly isQuoted: boolean;
}

/**
 * Parses a netrc file as curl does (the file format of ftp(1)). Words are separated by white space. Words that contain
 * white space are in double quotes, with `\"`, `\\`, `\n`, `\r` and `\t`. A `#` in the place of a keyword starts a
 * comment. `macdef` and what follows it up to an empty line, `account`, and unknown words are skipped. `default` does
 * not name a host, so it is ignored.
 *
 * @param text - the file
 * @returns entries in their order
 * @throws NetrcError
 */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: { machine: string; login: string; password: string }[] = [];
  const scanner = new Scanner(text);
  for (let token = scanner.keyword(); token !== undefined; token = scanner.keyword()) {
    const current = entries.at(-1);
    if (token.isQuoted) continue;
    if (token.text === 'machine') {
      entries.push({ machine: scanner.value().toLowerCase(), login: '', password: '' });
    } else if (token.text === 'default') {
      entries.push({ machine: '', login: '', password: '' });
    } else if (token.text === 'macdef') {
      scanner.skipMacro();
    } else if (token.text === 'account') {
      scanner.value();
    } else if ((token.text === 'login' || token.text === 'password') && current !== undefined) {
      current[token.text] = scanner.value();
    }
  }
  return entries.filter(({ machine }) => machine !== '');
}

/**
 * Returns the first entry for a host.
 *
 * @param hostname - of a URL
 * @param login - the user of the URL; empty if it has none
 */
export function credentialsFor(
  entries: readonly NetrcEntry[],
  hostname: string,
  login: string,
): NetrcEntry | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return entries.find((entry) => entry.machine === host && (login === '' || entry.login === login));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Splits a file into words. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the next word in the place of a keyword; undefined at the end. */
  keyword(): Token | undefined {
    this.#take(/\s*(?:#.*\s*)*/y);
    return this.#at === this.#text.length ? undefined : this.#word();
  }

  /** Returns the word after a keyword. */
  value(): string {
    this.#take(/\s*/y);
    return this.#at === this.#text.length ? this.#fail('a keyword has no value') : this.#word().text;
  }

  /** Skips a macro: up to an empty line. */
  skipMacro(): void {
    this.#take(/[^\n]*(?:\n[ \t\r]*[^ \t\r\n][^\n]*)*/y);
  }

  #word(): Token {
    if (this.#text[this.#at] !== '"') return { text: this.#take(/\S*/y), isQuoted: false };
    const quoted = this.#take(/"[^"\\]*(?:\\[^][^"\\]*)*"(?=\s|$)|/y);
    if (quoted === '') this.#fail('a quotation mark is not closed, or in the middle of a word');
    const text = quoted.slice(1, -1).replaceAll(/\\([^])/g, (_, letter: string) => escapes[letter] ?? letter);
    return { text, isQuoted: true };
  }

  /** Returns what a pattern matches here. The pattern must be sticky, and must match at least the empty text. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [text = ''] = pattern.exec(this.#text) ?? [];
    this.#at += text.length;
    return text;
  }

  #fail(what: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new NetrcError(`line ${line}: ${what}`);
  }
}
