/**
 * Makes a call by the path of a descriptor, and names the path that the user knows in an error of the system.
 *
 * @param inside - the start of the path that is used: `/proc/self/fd/7/`
 * @param known - what it stands for: `/etc/`
 * @throws what the call throws
 */
export function naming<Result>(inside: string, known: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    rename(error, inside, known);
    throw error;
  }
}

/**
 * The same for a call that goes name by name: its errors name what was asked for as a whole.
 *
 * @param known - what was asked for
 * @throws what the call throws
 */
export function namingWhole<Result>(known: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const { path } = error as NodeJS.ErrnoException;
    if (path?.startsWith('/proc/self/fd/') === true) rename(error, path, known);
    throw error;
  }
}

function rename(error: unknown, inside: string, known: string): void {
  if (!(error instanceof Error)) return;
  const failed = error as NodeJS.ErrnoException & { dest?: string };
  if (failed.path?.startsWith(inside) !== true) return;
  // What Node prints of an error that nobody catches is its stack.
  failed.stack = failed.stack?.replaceAll(`'${inside}`, () => `'${known}`) ?? '';
  failed.message = failed.message.replaceAll(`'${inside}`, () => `'${known}`);
  failed.path = known + failed.path.slice(inside.length);
  if (failed.dest?.startsWith(inside) === true) failed.dest = known + failed.dest.slice(inside.length);
}
