import { describe, expect, it } from 'vitest';

import { commandWord, unitPath, unitWord } from './unit-word.js';

describe('a word of a unit', () => {
  it.each([
    ['plain/word', 'plain/word'],
    ['two words', '"two words"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['line\nand\ttab', '"line\\nand\\ttab"'],
    ['50%', '50%%'],
  ])('is quoted: %j', (word, text) => {
    expect(unitWord(word)).toBe(text);
  });

  it('does not name a variable in a command', () => {
    expect(commandWord('$HOME')).toBe('"$$HOME"');
  });

  it.each(['\r', '\0', '\u000b', '\u001b', '\u007f', '\u0085'])(
    'is refused with a control character that may end a line: %j',
    (character) => {
      const word = `x${character}ExecStartPre=+/bin/evil`;
      for (const make of [unitWord, commandWord, unitPath]) expect(() => make(word)).toThrow(/control character/);
    },
  );

  it('is refused as a path that ends with a backslash, which would take the next line with it', () => {
    expect(() => unitPath('/x\\')).toThrow(/backslash/);
  });

  it('is refused with a line break where quotes are not possible', () => {
    expect(() => unitPath('/a\nExecStartPre=+/bin/evil')).toThrow(/control character/);
  });
});
