import { isAbsolute } from 'node:path';

/**
 * Returns a path from the root directory, with its parts unchanged: `link/..` is above the target of the link, which
 * `path.resolve` ignores.
 *
 * @param path - not empty
 */
export function fromHere(path: string): string {
  return isAbsolute(path) ? path : `${process.cwd()}/${path}`;
}
