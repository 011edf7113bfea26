import { basename, dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { beneath, folderOf, nameOf } from './byte-path.js';
import { byteText, exactText, shownText } from './byte-text.js';

describe('paths of bytes', () => {
  it('have the directory and the name that node:path finds', () => {
    const paths = [
      '/',
      '/a',
      '/a/',
      '//a',
      '/a/b',
      '/a//b',
      '/a/b/',
      '/a/b//',
      '/a/.',
      '/a/..',
      '/ab/cd.e/f',
      '//',
      '/\u00e9/x',
    ];
    for (const path of paths)
      expect([path, folderOf(path), nameOf(path)]).toEqual([path, dirname(path), basename(path)]);
    for (const folder of ['/', '/a', '/a/b'])
      for (const name of ['c', '.', '..', '.c', 'c d']) expect(beneath(folder, name)).toBe(join(folder, name));
  });

  it('are texts where they are UTF-8', () => {
    for (const text of ['', '/etc', '/tmp/\u00e9', '/\u{1f600}', '/a\u0000b'])
      expect([exactText(byteText(text)), shownText(byteText(text))]).toEqual([text, text]);
    expect(byteText('\u00e9')).toBe('\u00c3\u00a9');
    expect([exactText('\u00e9'), shownText('\u00e9')]).toEqual([undefined, '\ufffd']);
  });
});
