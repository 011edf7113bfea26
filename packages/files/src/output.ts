import { closeSync, constants, fstatSync, ftruncateSync, openSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { errorCode, type SandboxError } from '@sb/core';
import { word } from '@sb/core/document';

import { documentPlace, type FilesErrorCode, isFilesError, openFailed, refusal } from './errors.js';
import { Folder } from './folder.js';
import { modeReader } from './mode.js';
import { effectiveUser } from './own-user.js';
import { ownDescriptor } from './own-descriptor.js';

// Does not follow a symbolic link, and does not wait for the other end of a pipe.
const flags = constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Any other word would empty a file to which something should be appended. */
const placeReader = word(['start', 'end']);

/**
 * Opens a file that the caller wants to write to, for instance a report. The file is new, or it is emptied. For root,
 * no other user may be able to change where the path of its directory leads. An existing file must be a regular file of
 * root without other names, or a character device.
 *
 * @param path - a file, or a path such as `/dev/fd/N` for one that the caller has passed
 * @param mode - of a new one, before the umask
 * @param place - `end`: existing content stays, and each write is appended
 * @returns a descriptor to write to
 * @throws SandboxError `untrusted-path`, `untrusted-file`, `open-failed`
 */
export function openOutput(path: string, mode = 0o644, place: 'start' | 'end' = 'start'): number {
  modeReader.read(mode, documentPlace('mode'));
  const append = placeReader.read(place, documentPlace('place')) === 'end' ? constants.O_APPEND : 0;
  if (ownDescriptor(path) !== undefined) return byPath(path, append);
  const absolute = resolve(path);
  const folder = Folder.open(dirname(absolute));
  try {
    return openIn(folder, basename(absolute), { mode, append });
  } finally {
    folder.close();
  }
}

function byPath(path: string, append: number): number {
  try {
    return openSync(path, constants.O_WRONLY | append);
  } catch (error) {
    throw writeFailed(path, error);
  }
}

interface How {
  readonly mode: number;
  /** O_APPEND, or 0. */
  readonly append: number;
}

function openIn(folder: Folder, name: string, { mode, append }: How): number {
  const shown = join(folder.path, name);
  try {
    return openSync(folder.at(name), flags | append | constants.O_CREAT | constants.O_EXCL, mode);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw writeFailed(shown, error);
  }
  let descriptor: number;
  try {
    descriptor = folder.openOld(name, flags | append);
  } catch (error) {
    if (isFilesError(error)) throw error;
    throw writeFailed(shown, error);
  }
  try {
    const stats = fstatSync(descriptor);
    requireOwn(shown, stats);
    if (stats.isFile() && append === 0) ftruncateSync(descriptor, 0);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/**
 * Refuses everything except regular files of this user or of root, and character devices.
 *
 * @param path - as shown in messages
 * @throws FilesError `untrusted-file`
 */
export function requireOwn(path: string, stats: Stats): void {
  const refuse = (why: string): never => {
    const hint = 'Remove it, or choose another file.';
    throw refusal('untrusted-file', { path, what: `refusing to write to ${path}: ${why}`, hint });
  };
  if (stats.isCharacterDevice()) return;
  if (!stats.isFile()) refuse('not a regular file');
  if (stats.nlink !== 1) refuse('it has other names (hard links)');
  if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);
}

const hints: Readonly<Record<string, string>> = {
  ELOOP: 'It is a symbolic link, which is not followed; name the file itself.',
  EACCES: 'Choose a place that this user may write to.',
  EROFS: 'The file system is read-only; choose another place.',
  ENOSPC: 'Make room on the disk.',
  EFBIG: 'Raise the limit of file sizes (ulimit -f).',
  EISDIR: 'It is a directory; name a file in it.',
  ENXIO: 'It is a pipe that nobody reads; choose a file.',
};

/**
 * Returns the error for a file that cannot be written, with its name and what to do.
 *
 * @param error - of the system, from opening it or from `writeWhole`
 */
export function writeFailed(path: string, error: unknown): SandboxError<FilesErrorCode> {
  const hint = hints[errorCode(error) ?? ''] ?? 'Choose another file.';
  return openFailed({ path, what: `cannot write to ${path}`, hint }, error);
}
