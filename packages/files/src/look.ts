import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs';

/**
 * Examines what a path leads to at this moment; nothing is opened. Another process may change it right afterwards. So
 * use it for a message or a guess only, and check again before you open, write or execute anything.
 *
 * @param path - links are followed
 * @returns undefined for nothing
 * @throws Error of the system if the path cannot be examined
 */
export function look(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * Like {@link look}, without following a link at its end.
 *
 * @throws Error of the system
 */
export function lookAtLink(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/**
 * Whether a path leads to something, by {@link look}: false also if it cannot be examined.
 *
 * @param path - links are followed
 */
export function isThere(path: string): boolean {
  try {
    return look(path) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Whether a path leads to a file that this process may execute, by {@link look}.
 *
 * @param path - links are followed
 */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return look(path)?.isFile() === true;
  } catch {
    // Missing or inaccessible.
    return false;
  }
}
