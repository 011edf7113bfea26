/** What a netrc file says of one host. */
export interface NetrcEntry {
  /** Its name, in lower case. */
  readonly machine: string;
  readonly login: string;
  readonly password: string;
}

/** A netrc file that can't be read; the message says where and nothing of what is there. */
export class NetrcError extends Error {
  override readonly name = 'NetrcError';
}

/** A word of the file, or what it ends with. */
interface Token {
  readonly text: string;
  /** A word in quotes is never a keyword. */
  readonly isQuoted: boolean;
}

/**
 * Parses a netrc file as curl does (the file format of ftp(1)): words separated by white space, in double quotes where
 * they hold any, with `\"`, `\\`, `\n`, `\r` and `\t`; `#` where a keyword could be makes the rest of the line a comment.
 * `macdef` and what follows it up to an empty line, `account`, and words that mean nothing are skipped. `default` names
 * no host, so it is nobody's.
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
 * The first entry for a host.
 *
 * @param hostname - of a URL
 * @param login - the user that the URL names; empty for none
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

/** Cuts a file into words. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next word where a keyword may be; undefined at the end. */
  keyword(): Token | undefined {
    this.#take(/\s*(?:#.*\s*)*/y);
    return this.#at === this.#text.length ? undefined : this.#word();
  }

  /** The word that a keyword is followed by. */
  value(): string {
    this.#take(/\s*/y);
    return this.#at === this.#text.length ? this.#fail('a keyword is followed by nothing') : this.#word().text;
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

  /** What a pattern matches here; it has to be sticky and to match at least nothing. */
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
