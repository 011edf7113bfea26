import { describe, expect, it } from 'vitest';

import { parseCommand } from './arguments.js';

describe('parseCommand', () => {
  it('takes what XferCommand gives', () => {
    expect(parseCommand(['-o', '/tmp/x.part', 'http://m/x'])).toMatchObject({
      kind: 'fetch',
      output: '/tmp/x.part',
      url: 'http://m/x',
      quiet: false,
      disableDownloadTimeout: false,
      isAlone: false,
    });
  });

  it('takes options before and behind, and a FILE that looks like one', () => {
    expect(parseCommand(['http://m/x', '--output=-x', '-q', '--cacert', 'ca.pem'])).toMatchObject({
      output: '-x',
      quiet: true,
      cacert: 'ca.pem',
    });
  });

  it.each([['-h'], ['--help'], ['-o', 'x', '--help']])('shows help for %s', (...args) => {
    expect(parseCommand(args)).toEqual({ kind: 'help' });
  });

  it.each([
    [[], '-o FILE is missing'],
    [['http://m/x'], '-o FILE is missing'],
    [['-o', 'x'], 'the URL is missing'],
    [['-o', 'x', 'http://m/x', 'http://m/y'], 'only one URL can be downloaded at a time'],
    [['--frobnicate'], 'frobnicate'],
    [['frobnicate'], 'unknown command frobnicate'],
    [['-q', 'conf'], 'the command conf must come first'],
  ])('refuses %j', (args, text) => {
    expect(() => parseCommand(args)).toThrow(text);
    expect(() => parseCommand(args)).toThrow(
      expect.objectContaining({ kind: 'usage', hint: expect.stringContaining('--help') as string }),
    );
  });

  it.each([[['-o']], [['-o', '', 'http://m/x']], [['-o', '-q', 'http://m/x']]])(
    'refuses %j, which lacks FILE',
    (args) => {
      const expected = { kind: 'usage', message: '-o needs a value', hint: 'Write -o FILE, or --output=FILE.' };
      expect(() => parseCommand(args)).toThrow(expect.objectContaining(expected));
    },
  );

  it('knows what was meant', () => {
    expect(() => parseCommand(['cnof'])).toThrow(expect.objectContaining({ hint: 'Did you mean conf?' }));
  });
});
