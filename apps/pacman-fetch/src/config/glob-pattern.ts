/** One character of a name, or any number of them. */
type Token = 'star' | ((character: string) => boolean);

/** POSIX classes of a bracket expression, for the characters that file names of configurations have. */
const classes: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    alnum: /[\p{L}\p{Nd}]/u,
    alpha: /\p{L}/u,
    blank: /[ \t]/,
    cntrl: /\p{Cc}/u,
    digit: /[0-9]/,
    graph: /[^\p{Z}\p{C}]/u,
    lower: /\p{Ll}/u,
    print: /[^\p{Cc}]/u,
    punct: /[\p{P}\p{S}]/u,
    space: /\s/,
    upper: /\p{Lu}/u,
    xdigit: /[0-9A-Fa-f]/,
  }),
);

/** Whether a part of a path is a pattern: `[` alone is an ordinary character (glob(7)). */
export function isPattern(part: string): boolean {
  return /[*?]|\[.*\]/s.test(part.replaceAll(/\\./gs, ''));
}

/** Removes the backslashes that quote from a part of a path. */
export function unquoted(part: string): string {
  return part.replaceAll(/\\(.)/gs, '$1');
}

/**
 * Compiles one part of a path, as in fnmatch(3) with FNM_PERIOD. For every pattern, comparing a name takes time
 * proportional to the product of both lengths.
 *
 * @param part - without a slash
 */
export function matcherOf(part: string): (name: string) => boolean {
  const characters = Array.from(part);
  const tokens = tokensOf(characters);
  const isHiddenAllowed = characters[0] === '.' || (characters[0] === '\\' && characters[1] === '.');
  return (name) => (isHiddenAllowed || !name.startsWith('.')) && matches(tokens, Array.from(name));
}

/** Backtracks to the latest star only: an earlier one cannot match more than the latest. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star: { readonly token: number; at: number } | undefined;
  while (at < name.length) {
    const one = tokens[token];
    if (one === 'star') {
      token += 1;
      star = { token, at };
    } else if (one?.(name[at] ?? '') === true) {
      token += 1;
      at += 1;
    } else if (star === undefined) {
      return false;
    } else {
      star.at += 1;
      at = star.at;
      token = star.token;
    }
  }
  return tokens.slice(token).every((one) => one === 'star');
}

function tokensOf(characters: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    const bracket = character === '[' ? bracketAt(characters, at + 1) : undefined;
    if (character === '*') {
      tokens.push('star');
    } else if (character === '?') {
      tokens.push(() => true);
    } else if (bracket !== undefined) {
      tokens.push(bracket.token);
      at = bracket.end;
    } else {
      if (character === '\\' && at + 1 < characters.length) at += 1;
      const literal = characters[at] ?? '';
      tokens.push((one) => one === literal);
    }
  }
  return tokens;
}

/** Reads `!a-c[:digit:]]`; undefined without the closing bracket, since `[` is then an ordinary character. */
function bracketAt(characters: readonly string[], start: number): { token: Token; end: number } | undefined {
  const isNegated = characters[start] === '!' || characters[start] === '^';
  const members: Member[] = [];
  const first = isNegated ? start + 1 : start;
  let at = first;
  while (at < characters.length) {
    if (characters[at] === ']' && at > first) {
      return { token: (one) => members.some((isMember) => isMember(one)) !== isNegated, end: at };
    }
    const [member, length] = classAt(characters, at) ?? rangeAt(characters, at);
    members.push(member);
    at += length;
  }
  return undefined;
}

type Member = (one: string) => boolean;

/** Reads `[:digit:]`, and returns how many characters it has. */
function classAt(characters: readonly string[], at: number): readonly [Member, number] | undefined {
  const named = /^\[:([a-z]+):\]/.exec(characters.slice(at, at + 12).join(''));
  const known = named?.[1] === undefined ? undefined : classes.get(named[1]);
  return named === null || known === undefined ? undefined : [(one) => known.test(one), named[0].length];
}

/** Reads `a-z` or `a`, each with or without a backslash, and returns how many characters it has. */
function rangeAt(characters: readonly string[], start: number): readonly [Member, number] {
  const at = characters[start] === '\\' && start + 1 < characters.length ? start + 1 : start;
  const low = characters[at] ?? '';
  const high = characters[at + 1] === '-' ? characters[at + 2] : undefined;
  if (high === undefined || high === ']') return [(one) => one === low, at + 1 - start];
  return [(one) => one >= low && one <= high, at + 3 - start];
}
