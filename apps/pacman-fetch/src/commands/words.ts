/**
 * Operations of pacman(8) by their long names. The short ones are capital letters; the only option of pacman-fetch that
 * is a capital letter is -V.
 */
const operations = ['--sync', '--upgrade', '--database', '--query', '--remove', '--deptest', '--files'] as const;

/**
 * Interprets the command line. One that begins with an operation of pacman is meant for `pacman --`, so that
 * `pacman-fetch` can be called in place of pacman.
 *
 * @param args - without the program's name
 */
export function meantBy(args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  const isOperation = /^-[SUDQRTF]/.test(first) || operations.some((one) => one === first);
  return isOperation ? ['pacman', '--', ...args] : args;
}
