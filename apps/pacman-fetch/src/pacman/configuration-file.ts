/** The configuration with which pacman runs: the user's own, with pacman-fetch as XferCommand. */
import { randomUUID } from 'node:crypto';
import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

import { systemReason } from '@sb/core';
import { filesClause, Folder, isFilesError, isRoot, openForReading, writeWhole } from '@sb/files';

import { FetchError } from '../errors.js';

/**
 * Returns the text of a pacman.conf(5) that includes another one and then sets the XferCommand: if a directive occurs
 * twice, pacman uses the last.
 *
 * @param included - absolute path of the user's pacman.conf
 * @param command - words of the XferCommand
 * @throws FetchError `usage` for a path or word that cannot be written there
 */
export function configurationText(included: string, command: readonly string[]): string {
  return ['[options]', `Include = ${pattern(included)}`, '[options]', `XferCommand = ${words(command)}`, ''].join('\n');
}

/**
 * Writes it to a file whose name is removed at once, so that nothing is left even if this process is killed. The file
 * is open from its creation on. Changes of its name, or of the directory's, do not affect it.
 *
 * @returns a descriptor to read; the caller closes it
 * @throws FetchError `usage`, `file`
 */
export function openConfiguration(included: string, command: readonly string[]): number {
  const text = configurationText(resolve(included), command);
  const failures: string[] = [];
  for (const folder of isRoot() ? [...rootsFolders, tmpdir()] : [tmpdir()]) {
    try {
      return openIn(folder, text);
    } catch (error) {
      failures.push(isFilesError(error) ? filesClause(error) : `${folder}: ${systemReason(error)}`);
    }
  }
  const hint = 'pacman-fetch needs a few bytes in one of these directories. Make room there.';
  throw new FetchError('file', `cannot write the configuration for pacman: ${failures.join('; ')}`, hint);
}

/** As a rule other users cannot fill these. TMPDIR comes last for root, whose environment may be another user's. */
const rootsFolders = ['/run', '/var/lib/pacman'];

function openIn(path: string, text: string): number {
  using folder = Folder.open(path);
  const name = `pacman-fetch-${randomUUID()}.conf`;
  const written = folder.create(name, 0o600);
  try {
    folder.remove(name);
    writeWhole(written, text);
    return openForReading(written);
  } finally {
    closeSync(written);
  }
}

/** Include takes a pattern of glob(7), and white space around it does not count. */
function pattern(path: string): string {
  if (path !== path.trim() || /\p{Cc}/u.test(path)) throw unwritable(path);
  return path.replaceAll(/[*?[\\]/g, String.raw`\$&`);
}

/** XferCommand is split at spaces, except in quotes. There a backslash is kept, unless it is before a quote. */
function words(command: readonly string[]): string {
  return command
    .map((word) => {
      if (/["'\\]|\p{Cc}/u.test(word)) throw unwritable(word);
      return word === '' || /\s/.test(word) ? `"${word}"` : word;
    })
    .join(' ');
}

function unwritable(text: string): FetchError {
  const hint = 'Use a path without quotes, backslashes, control characters and spaces at its ends.';
  return new FetchError('usage', `${JSON.stringify(text)} cannot be written in a pacman.conf`, hint);
}
