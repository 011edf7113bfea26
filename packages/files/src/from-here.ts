import { isAbsolute } from 'node:path';

/**
 * A path from the root folder, with its parts as they are: `link/..` is above what the link leads to, which
 * `path.resolve` doesn't know.
 *
 * @param path - not empty
 */
export function fromHere(path: string): string {
  return isAbsolute(path) ? path : `${process.cwd()}/${path}`;
}
