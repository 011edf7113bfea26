/** Command lines that other programs give to pacman, and to `pacman-fetch` in its place. */

/** One of them. */
export interface HelperCall {
  readonly words: readonly string[];
  /** What a person answers each question with, at a terminal. Without it, standard input is empty. */
  readonly answer?: 'y' | 'n';
  /** Its exit status. Default: 0. */
  readonly status?: number;
  /** It is much like another one: `npm run test:long` alone tries it. */
  readonly inLong?: true;
  /** Whether it is one that only prints: then the text is compared. */
  readonly prints?: true;
}

const config = ['--config', '/etc/pacman.conf'];
const own = '/srv/home/own-2-1-any.pkg.tar.gz';

/** Global options, the operation, its options one by one, the configuration, and targets behind two dashes. */
const yay: readonly HelperCall[] = [
  { words: ['-S', '-y', '--noconfirm', ...config, '--'], inLong: true },
  { words: ['--noconfirm', '-S', '-y', '-u', ...config, '--'], inLong: true },
  { words: ['-S', '-y', '-u', ...config, '--'], answer: 'y' },
  { words: ['-S', ...config, '--', 'core/heavy'], answer: 'y', inLong: true },
  { words: ['-S', ...config, '--', 'library'], answer: 'n', status: 1 },
  { words: ['--color', 'never', '--noconfirm', '-S', '--asdeps', ...config, '--', 'library'], inLong: true },
  { words: ['-U', '--noconfirm', ...config, '--', own] },
  { words: ['-D', '-q', '--asdeps', ...config, '--', 'orphan'], inLong: true },
  { words: ['-R', '-s', '--noconfirm', ...config, '--', 'orphan'], inLong: true },
  { words: ['-Q', '-q', ...config, '--'], prints: true, inLong: true },
];

/** The operation by its long name, then options with values behind `=`. */
const paru: readonly HelperCall[] = [
  { words: ['--sync', '-y', '-u', '--noconfirm', '--'], inLong: true },
  { words: ['--sync', '--asdeps', '--noconfirm', '--config=/etc/pacman.conf', '--', 'core/heavy'] },
  { words: ['--database', '--asexplicit', '--', 'orphan'] },
  { words: ['--upgrade', '--noconfirm', '--', own], inLong: true },
  { words: ['--query', '--foreign', '--quiet', '--'], prints: true },
];

/** Its own options of pacman come first, except for queries. */
const makepkg: readonly HelperCall[] = [
  { words: ['-T', 'library', 'nothing'], status: 127, prints: true },
  { words: ['-Qq'], prints: true, inLong: true },
  { words: ['-Qi'], prints: true, inLong: true },
  { words: ['--noconfirm', '--noprogressbar', '--color', 'never', '-S', '--asdeps', 'heavy'] },
  { words: ['--noconfirm', '-U', own], inLong: true },
  { words: ['--noconfirm', '-Rnu', 'orphan'] },
];

/** All of them, by who writes them so. */
export const helperCalls: Readonly<Record<string, readonly HelperCall[]>> = { yay, paru, makepkg };
