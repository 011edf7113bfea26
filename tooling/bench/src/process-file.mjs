// Files of processes that may end while they are looked at.
// @ts-check
import { readFileSync } from 'node:fs';

/**
 * Reads a file below `/proc/<pid>`; empty where the process has ended meanwhile.
 *
 * @param {string} file
 */
export function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
