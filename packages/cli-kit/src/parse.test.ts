import { describe, expect, it } from 'vitest';

import type { Options } from './option.js';
import { parseWords } from './parse.js';

const options = {
  verbose: { short: 'v', about: 'a switch' },
  config: { short: 'c', value: 'FILE', about: 'a value' },
  report: { value: 'FILE', optionalValue: true, about: 'a value that may be left out' },
  color: { value: 'WHEN', about: 'a word', words: ['auto', 'always', 'never'] },
  tmp: { value: 'KIND', optionalValue: true, about: 'a word that may be left out', words: ['memory', 'shared'] },
  root: { value: 'PATH', about: 'a value that may be empty', mayBeEmpty: true },
  port: { value: 'PORT', about: 'a number or a word', offers: ['any'] },
} as const satisfies Options;

const usage = {
  refuse: (what: string, hint: string): never => {
    throw new Error(`${what}. ${hint}`);
  },
  help: 'Ask --help.',
};

const given = (...args: readonly string[]) => parseWords(options, args, usage);

describe('a command line', () => {
  it.each([
    [['--config', 'x'], [['config', 'x']]],
    [['--config=x'], [['config', 'x']]],
    [['--config=-x'], [['config', '-x']]],
    [['--config=a=b'], [['config', 'a=b']]],
    [['-c', 'x'], [['config', 'x']]],
    [['-cx'], [['config', 'x']]],
    [
      ['-vcx'],
      [
        ['verbose', undefined],
        ['config', 'x'],
      ],
    ],
    [['--report'], [['report', undefined]]],
    [['--report=x'], [['report', 'x']]],
    [['--port', '80'], [['port', '80']]],
    [['--root', ''], [['root', '']]],
    [['--root='], [['root', '']]],
    [
      ['-c', 'x', '-c', 'y'],
      [
        ['config', 'x'],
        ['config', 'y'],
      ],
    ],
  ])('%j has its options in order', (args, expected) => {
    expect(given(...args)).toMatchObject({ options: expected, operands: [], behind: [] });
  });

  it('has operands, and does not read the words after the first --', () => {
    expect(given('a', '-v', '-c', 'x', 'b', '-cy', '--', '-x', '--', '--config')).toMatchObject({
      switches: new Set(['verbose']),
      values: new Map([['config', 'y']]),
      operands: ['a', 'b'],
      behind: ['-x', '--', '--config'],
    });
  });

  it('has none if the program takes none', () => {
    const refuseOperand = (word: string): never => usage.refuse(`${word} is out of place`, 'Put -- before it.');
    expect(() => parseWords(options, ['-v', 'ls', '-x'], { ...usage, refuseOperand })).toThrow('ls is out of place');
    expect(parseWords(options, ['--', 'ls'], { ...usage, refuseOperand }).behind).toEqual(['ls']);
  });

  it.each([
    [['--verbos'], 'unknown option --verbos. Did you mean --verbose?'],
    [['--tiemout=3'], 'unknown option --tiemout. Ask --help.'],
    [['-x'], 'unknown option -x. Ask --help.'],
    [['--no-verbose'], 'unknown option --no-verbose.'],
    [['--toString'], 'unknown option --toString. Ask --help.'],
    [['--__proto__'], 'unknown option --__proto__. Ask --help.'],
    [['--verbose=1'], '--verbose takes no value. Write it as --verbose only.'],
    [['--config'], '--config needs a value. Write --config FILE, or --config=FILE.'],
    [['--config='], '--config needs a value. '],
    [['--config', ''], '--config needs a value. '],
    [['--config', '--', 'x'], '--config needs a value. '],
    [['-c', '-v'], '-c needs a value. Write -c FILE, or --config=FILE.'],
    [['--report='], '--report needs a value. Write --report=FILE.'],
    [['--color=alwasy'], '--color must be one of auto, always, never, not "alwasy". Did you mean always?'],
    [['--tmp=disk'], '--tmp does not take "disk". Write --tmp, or --tmp=memory, or --tmp=shared.'],
    [['--tmp=memroy'], '--tmp does not take "memroy". Write --tmp, or --tmp=memory.'],
    [['--color', 'red'], '--color must be one of auto, always, never, not "red". Ask --help.'],
  ])('%j is refused', (args, message) => {
    expect(() => given(...args)).toThrow(message);
  });

  it('may say where an unknown option belongs', () => {
    const unknown = "Put -- before pacman's own arguments.";
    expect(() => parseWords(options, ['--verbos'], { ...usage, unknown })).toThrow(unknown);
  });
});
