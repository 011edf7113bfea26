import { describe, expect, it } from 'vitest';

import { escaped, escapedLines } from './escaped.js';

describe('escaped', () => {
  it.each([
    ['/srv/cache', '/srv/cache'],
    ['Grüße 北京 😀', 'Grüße 北京 😀'],
    ['\u001B[2J', String.raw`\x1b[2J`],
    ['\u009B2J', String.raw`\x9b2J`],
    ['a\nb\rc\td\u007F', String.raw`a\nb\rc\td\x7f`],
    ['\u202Egnp.exe', String.raw`\u202egnp.exe`],
    ['\u2028', String.raw`\u2028`],
    ['\u{E0041}', String.raw`\u{e0041}`],
    ['\uD800', String.raw`\ud800`],
  ])('%j is shown as %s', (text, shown) => {
    expect(escaped(text)).toBe(shown);
  });

  it('leaves the ends of lines that are meant', () => {
    expect(escapedLines('a\n\u0007b\n')).toBe(`a\n${String.raw`\x07`}b\n`);
  });
});
