/* What the bench is asked for. */
import { describe, expect, it } from 'vitest';

import { help, readOptions } from '../src/options.mjs';

describe('the options', () => {
  it('are ten rounds of every target where nothing is said', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ rounds: 10, isRealTime: false, isWritten: false });
    expect(typeof options === 'string' || ['1', '9'].every(options.isWanted)).toBe(true);
  });

  it('choose targets', () => {
    const options = readOptions(['--target', '1,3']);
    expect(typeof options === 'string' ? options : ['1', '2', '3'].map(options.isWanted)).toEqual([true, false, true]);
  });

  it.each([
    [['--target', '7'], 'unknown target "7"; use 1, 2, 3, 4, 5, 6, 8, 9, 10'],
    [['--rounds', '0'], '--rounds takes a whole number, 1 or more'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('refuse %j', (words, message) => {
    expect(readOptions(words)).toContain(message);
  });

  it('are all in the help, which fits a terminal', () => {
    for (const name of ['target', 'rounds', 'real-time', 'write', 'help']) expect(help).toContain(`--${name}`);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
