/** Operations of pacman(8) by their long names; the short ones are capital letters, which no option of ours is but -V. */
const operations = ['--sync', '--upgrade', '--database', '--query', '--remove', '--deptest', '--files'] as const;

/**
 * The command line as it is meant: one that begins with an operation of pacman's is one for `pacman --`, so that
 * `pacman-fetch` can be called wherever pacman is.
 *
 * @param args - without the program's name
 */
export function meantBy(args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  const isOperation = /^-[SUDQRTF]/.test(first) || operations.some((one) => one === first);
  return isOperation ? ['pacman', '--', ...args] : args;
}
