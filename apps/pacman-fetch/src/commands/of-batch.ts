/** The commands in the program of batches. A command line of pacman, which begins with an operation, is for one of them. */
const names: ReadonlySet<string> = new Set(['pacman', 'prefetch', 'refresh']);

/**
 * Whether a command line is surely for a command that downloads several files. Any other program that is started for one
 * loads it from beside it.
 *
 * @param first - the first word after the name of the program
 */
export function isOfBatch(first: string | undefined): boolean {
  return first !== undefined && (names.has(first) || /^-[SUDQRTF]/.test(first));
}
