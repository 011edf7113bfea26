import { Socket } from 'node:net';

import type { ExpectedFile } from '@sb/fetcher/in-this-process';

import { parsedUrl } from '../url.js';

/** The most lines that are read, and the most characters of the list. */
const maxLines = 20_001;
const maxText = 8 << 20;

/** The first line of a list of what that pacman downloads in any case: it had no question, or could not ask. */
export const certain = 'certain';

/**
 * Reads which files a pacman is about to download, as another pacman has listed them (`native/front/lister.c`).
 *
 * @param text - lines of bytes to download and a URL; also warnings of that pacman
 * @returns an empty list if the answer to a question may have left some of them out
 */
export function readListed(text: string): readonly ExpectedFile[] {
  const lines = text.split('\n', maxLines);
  if (lines[0] !== certain) return [];
  return lines.flatMap(fileOf);
}

/** A package that is in the cache has a URL of another kind. */
function fileOf(line: string): readonly ExpectedFile[] {
  const [, size = '', url = ''] = /^(\d{1,15}) (https?:\/\/[\x21-\x7E]{1,2000})$/.exec(line) ?? [];
  const parsed = parsedUrl(url);
  return parsed === undefined ? [] : [{ url: parsed, size: Number(size) }];
}

/**
 * Waits for the list.
 *
 * @param descriptor - a pipe, which is closed at the end
 * @returns the whole text; empty if it is too long
 */
export async function listFrom(descriptor: number): Promise<string> {
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  let text = '';
  return await new Promise((resolve) => {
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      text += piece;
      if (text.length > maxText) socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(socket.readableEnded ? text : ''));
  });
}
