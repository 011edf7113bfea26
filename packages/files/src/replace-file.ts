import { closeSync, fchmodSync, fstatSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { lateCrypto } from '@sb/core';

import { refusal } from './errors.js';
import { Folder } from './folder.js';
import { openOutput, requireOwn, writeFailed } from './output.js';
import { ownDescriptor } from './own-descriptor.js';
import { writeWhole } from './write-whole.js';

/** No other user may open it before it is complete. */
const unread = 0o600;

/**
 * Writes a file that appears complete, with its permissions, in the place of the existing one. A process that holds the
 * old file open sees nothing of the new one. A device, or a descriptor of this process, is written to directly.
 *
 * @param path - of the file; links in it are followed only if no other user has created them
 * @param content - of the file
 * @param mode - its permissions, regardless of the umask
 * @throws FilesError `untrusted-file` if the name leads to a link, or to something that does not belong to this user;
 *   `open-failed`; Error of the system
 */
export function replaceFile(path: string, content: Uint8Array, mode: number): void {
  if (ownDescriptor(path) !== undefined) {
    writeInto(path, content);
    return;
  }
  const absolute = resolve(path);
  using folder = Folder.open(dirname(absolute));
  const name = basename(absolute);
  const old = folder.lookUp(name);
  if (old !== undefined) requireOwn(join(folder.path, name), old);
  if (old?.isCharacterDevice() === true) writeInto(path, content);
  else putInPlace(folder, name, { content, mode });
}

function writeInto(path: string, content: Uint8Array): void {
  const descriptor = openOutput(path);
  try {
    writeWhole(descriptor, content);
  } finally {
    closeSync(descriptor);
  }
}

function create(folder: Folder, draft: string, name: string): number {
  try {
    return folder.create(draft, unread);
  } catch (error) {
    throw writeFailed(join(folder.path, name), error);
  }
}

interface Made {
  readonly content: Uint8Array;
  readonly mode: number;
}

function putInPlace(folder: Folder, name: string, { content, mode }: Made): void {
  const draft = `.sb-${lateCrypto().randomUUID()}`;
  const descriptor = create(folder, draft, name);
  try {
    writeWhole(descriptor, content);
    fchmodSync(descriptor, mode);
    folder.rename(draft, name);
    const { dev, ino } = fstatSync(descriptor);
    const found = folder.lookUp(name);
    if (found?.ino === ino && found.dev === dev) return;
    const shown = join(folder.path, name);
    const hint = 'Another program renames files there: choose a directory that only you can write to.';
    throw refusal('untrusted-file', { path: shown, what: `${shown} was replaced while it was written`, hint });
  } catch (error) {
    folder.removeIfThere(draft);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
