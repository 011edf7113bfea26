import { basename, dirname, resolve } from 'node:path';

import { errorCode } from '@sb/core';

import { documentPlace, isFilesError } from './errors.js';
import { Folder } from './folder.js';
import { modeReader } from './mode.js';

/**
 * Opens a directory, and creates it and those above it if they are missing: each in the one above, held open.
 *
 * @param path - its path
 * @param mode - of new ones, before the umask
 * @throws SandboxError as {@link Folder.open}; Error of the system if one cannot be created
 */
export function ensureFolder(path: string, mode = 0o755): Folder {
  modeReader.read(mode, documentPlace('mode'));
  const absolute = resolve(path);
  try {
    return Folder.open(absolute);
  } catch (error) {
    if (!isFilesError(error) || errorCode(error.cause) !== 'ENOENT' || absolute === '/') throw error;
  }
  const above = ensureFolder(dirname(absolute), mode);
  try {
    makeIn(above, basename(absolute), mode);
  } finally {
    above.close();
  }
  return Folder.open(absolute);
}

function makeIn(above: Folder, name: string, mode: number): void {
  try {
    above.makeFolder(name, mode);
  } catch (error) {
    // Another process was faster.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
