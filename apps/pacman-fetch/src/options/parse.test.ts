import { describe, expect, it } from 'vitest';

import { parseOptions } from './parse.js';
import type { Options } from './option.js';

const options: Options = {
  verbose: { short: 'v', about: 'a switch' },
  config: { short: 'c', value: 'FILE', about: 'a value' },
  color: { value: 'WHEN', about: 'a word', words: ['auto', 'always', 'never'] },
};

const given = (...args: readonly string[]) => {
  const { switches, values, operands } = parseOptions('conf', options, args);
  return { switches: [...switches], values: Object.fromEntries(values), operands };
};

describe('parseOptions', () => {
  it('knows switches, values and operands, in any order', () => {
    expect(given('a', '-v', '--config', 'x', 'b')).toEqual({
      switches: ['verbose'],
      values: { config: 'x' },
      operands: ['a', 'b'],
    });
    expect(given('-vcx')).toEqual({ switches: ['verbose'], values: { config: 'x' }, operands: [] });
    expect(given('--config=')).toEqual({ switches: [], values: { config: '' }, operands: [] });
  });

  it('leaves everything behind -- alone', () => {
    expect(given('--', '-Syu', '--help')).toEqual({ switches: [], values: {}, operands: ['-Syu', '--help'] });
  });

  it('knows help for every command', () => {
    expect(given('-h').switches).toEqual(['help']);
  });

  it.each([
    [['--verbos'], 'there is no option --verbos', 'Did you mean --verbose?'],
    [['--tiemout'], 'there is no option --tiemout', 'Try "pacman-fetch conf --help".'],
    [['--color=alwasy'], '--color is auto, always, never, and not "alwasy"', 'Did you mean always?'],
    [['--color', 'red'], '--color is auto, always, never, and not "red"', 'Try "pacman-fetch conf --help".'],
    [['-x'], 'there is no option -x', 'Try "pacman-fetch conf --help".'],
    [['--toString'], 'there is no option --toString', 'Try "pacman-fetch conf --help".'],
    [['--verbose=1'], '--verbose takes no value', 'Try "pacman-fetch conf --help".'],
    [['--config'], '--config needs a FILE', 'Try "pacman-fetch conf --help".'],
  ])('refuses %j', (args, message, hint) => {
    expect(() => given(...args)).toThrow(expect.objectContaining({ kind: 'usage', message, hint }));
  });

  it("says where pacman's own arguments belong", () => {
    expect(() => parseOptions('pacman', options, ['-Syu'])).toThrow(
      expect.objectContaining({ hint: "Put -- before pacman's own arguments." }),
    );
  });
});
