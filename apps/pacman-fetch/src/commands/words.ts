import { longOption, operations, shortWithValue } from '../pacman/pacman-options.js';

/**
 * Operations of pacman(8) by their letters. -V is an option of pacman-fetch; no other option of pacman-fetch is a
 * capital letter.
 */
const letters: ReadonlySet<string> = new Set(Object.keys(operations).filter((letter) => letter !== 'V'));

/** The same by their long names. */
const names: ReadonlySet<string> = new Set(Array.from(letters, (letter) => operations[letter] ?? ''));

/** The first words of a command line of pacman, for completions. */
export const standsForPacman = { program: 'pacman', letters: [...letters].join(''), names: [...names] } as const;

/**
 * Interprets the command line. One that names an operation of pacman is meant for `pacman --`, so that `pacman-fetch`
 * can be called in place of pacman. makepkg(8) and AUR helpers put options such as `--noconfirm` before the operation.
 *
 * @param args - without the program's name
 */
export function meantBy(args: readonly string[]): readonly string[] {
  return isForPacman(args) ? ['pacman', '--', ...args] : args;
}

/** Whether an operation comes before anything that pacman would not take: a command, -o, or another option of pacman-fetch. */
function isForPacman(args: readonly string[]): boolean {
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const meaning = word.startsWith('--') ? meaningOfLong(word.slice(2)) : meaningOfShort(word);
    if (typeof meaning === 'boolean') return meaning;
    if (meaning === 'value follows') rest.shift();
  }
  return false;
}

type Meaning = boolean | 'option' | 'value follows';

/** @param text - a word without its two dashes */
function meaningOfLong(text: string): Meaning {
  const [given = '', ...value] = text.split('=');
  if (names.has(given)) return true;
  const option = given === '' ? undefined : longOption(given);
  if (option === undefined) return false;
  return option.takesValue && value.length === 0 ? 'value follows' : 'option';
}

function meaningOfShort(word: string): Meaning {
  if (!/^-./.test(word)) return false;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    if (letters.has(letter)) return true;
    // Before an operation, -o is that of pacman-fetch.
    if (letter === 'o' || letter === 'V') return false;
    if (shortWithValue.test(letter)) return at + 1 < word.length ? 'option' : 'value follows';
  }
  return 'option';
}
