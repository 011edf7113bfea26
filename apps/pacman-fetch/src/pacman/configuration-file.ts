/** The configuration that pacman is run with: the user's own, and an XferCommand that is ours. */
import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

import { Folder, NewFolder, writeWhole } from '@sb/files';

import { FetchError } from '../errors.js';

/** The file has this name for as long as it has one. */
const name = 'pacman.conf';

/**
 * Text of a pacman.conf(5) that includes another one and sets the XferCommand behind it: of a directive that is there
 * twice pacman takes the last.
 *
 * @param included - absolute path of the user's pacman.conf
 * @param command - words of the XferCommand
 * @throws FetchError `usage` for what can't be written there
 */
export function configurationText(included: string, command: readonly string[]): string {
  return ['[options]', `Include = ${pattern(included)}`, '[options]', `XferCommand = ${words(command)}`, ''].join('\n');
}

/**
 * Writes it to a file that has lost its name again, so that whatever ends us leaves nothing behind.
 *
 * @returns a descriptor to read; the caller closes it
 * @throws FetchError `usage`, `file`
 */
export function openConfiguration(included: string, command: readonly string[]): number {
  const text = configurationText(resolve(included), command);
  const above = tmpdir();
  try {
    using folder = Folder.open(above);
    using made = NewFolder.make(folder, 'pacman-fetch-');
    try {
      const written = made.inside.create(name, 0o600);
      try {
        writeWhole(written, Buffer.from(text));
      } finally {
        closeSync(written);
      }
      return made.inside.openFile(name);
    } finally {
      made.removeAll();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FetchError('file', `the configuration for pacman could not be written to ${above}: ${why}`, makeRoom);
  }
}

const makeRoom = 'pacman-fetch needs a few bytes there. Make room, or set TMPDIR.';

/** Include takes a pattern of glob(7), and the white space around it doesn't count. */
function pattern(path: string): string {
  if (path !== path.trim() || /\p{Cc}/u.test(path)) throw unwritable(path);
  return path.replaceAll(/[*?[\\]/g, String.raw`\$&`);
}

/** XferCommand is split at spaces, except within quotes. A backslash there is kept, but for one before a quote. */
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
  return new FetchError('usage', `${JSON.stringify(text)} can't be written in a pacman.conf`, hint);
}
